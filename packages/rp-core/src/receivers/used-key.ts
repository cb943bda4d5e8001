import { createHash } from 'node:crypto';

/**
 * The key under which a `OneTimeStore` notes something as used. The parts may be of any length and hold anything; a hash of
 * them keeps the key short, and no part can be made to look like two.
 * @param kind short, lower-case, says what is noted
 */
export const usedKey = (kind: string, parts: readonly (string | number | undefined)[]): string =>
  `${kind}:${createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('base64url')}`;
