import type { Profile } from '../../src/linking/profile.ts';

/** What the issuer says of Alice, changed as told. */
export const profileOf = (change: Partial<Profile> = {}): Profile => ({
  issuer: 'https://accounts.example.org',
  sub: '6f2d1b7c-0000-4000-8000-00000000a11c',
  preferredUsername: 'alice',
  name: 'Alice Liddell',
  email: 'alice@example.org',
  emailVerified: true,
  picture: undefined,
  locale: undefined,
  groups: undefined,
  profileVersion: 1,
  ...change,
});
