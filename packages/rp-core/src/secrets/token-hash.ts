import { createHash } from 'node:crypto';

/** SHA-256 in base64url: how a random value is kept on the server that a browser holds. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');
