import { readBounded } from '../read-bounded.ts';

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
  const bytes = await readBounded(body, limitBytes);
  if (bytes === undefined) throw new BodyTooLargeError(`the body has more than ${limitBytes} bytes`);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
};
