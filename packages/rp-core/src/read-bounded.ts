/**
 * Reads a body to its end, and not a byte further than allowed.
 * @returns undefined where it is longer; the rest is not read
 */
export const readBounded = async (
  body: ReadableStream<Uint8Array> | null,
  mostBytes: number,
): Promise<Buffer | undefined> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
