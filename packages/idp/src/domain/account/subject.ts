import { randomUUID } from 'node:crypto';

/** A new `sub`: opaque, 122 random bits, 36 characters of `[0-9a-f-]`. It says nothing of the person and never recurs. */
export const newSubject = (): string => randomUUID();

/** True for what could be a `sub` of this issuer. */
export const isSubjectShaped = (text: string): boolean => /^[0-9a-f-]{1,36}$/.test(text);
