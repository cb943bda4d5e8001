import { createHash } from 'node:crypto';

/** How everything that a client or browser holds is stored: codes, tokens, session ids, interaction ids. SHA-256. */
export const tokenHash = (value: string): Buffer => createHash('sha256').update(value, 'utf8').digest();
