import { subjectDigest, type Subject } from './subject.ts';

/**
 * The address of a local user that has none of its own, where the application wants one. Each person has one placeholder,
 * it tells nothing about them, and no mail ever reaches it: `.invalid` is reserved for that (RFC 2606, section 2).
 */
export const placeholderAddress = (subject: Subject): string =>
  `placeholder-${subjectDigest(subject).slice(0, 32)}@latchkey.invalid`;

/** True for every address that `placeholderAddress` makes. Applications show "no address" in its place. */
export const isPlaceholderAddress = (address: string): boolean =>
  /^placeholder-[0-9a-f]{32}@latchkey\.invalid$/i.test(address);
