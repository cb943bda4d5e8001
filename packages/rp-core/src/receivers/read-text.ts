/** A body is longer than it may be. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/**
 * Reads a body to its end, and not a byte further than allowed.
 * @throws {BodyTooLargeError} when it is longer than `limitBytes`
 * @throws {TypeError} when it is not UTF-8
 */
export const readText = async (body: ReadableStream<Uint8Array> | null, limitBytes: number): Promise<string> => {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > limitBytes) throw new BodyTooLargeError(`the body has more than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
};
