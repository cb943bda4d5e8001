import { createHmac } from 'node:crypto';

/** A function that hashes text under a key (HMAC-SHA256, base64url): who does not have the key cannot try guesses. */
export const keyedTextHash =
  (key: Buffer) =>
  (text: string): string =>
    createHmac('sha256', key).update(text, 'utf8').digest('base64url');
