import { createHash } from 'node:crypto';

/** A person at an issuer. */
export interface Subject {
  readonly issuer: string;
  readonly sub: string;
}

/** These two members alone. */
export const subjectOf = ({ issuer, sub }: Subject): Subject => ({ issuer, sub });

/** SHA-256 over issuer, line feed and `sub`, in lower-case hex. A line feed is in no issuer, so no two pairs share one. */
export const subjectDigest = ({ issuer, sub }: Subject): string =>
  createHash('sha256').update(`${issuer}\n${sub}`).digest('hex');
