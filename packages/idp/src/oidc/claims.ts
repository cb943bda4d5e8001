import type { Account } from '../domain/account/account.ts';
import { epochSeconds } from './epoch-seconds.ts';

/** Which scope shows which claim. `/userinfo`, `/profile` and, later, events all read this table. */
export const claimsByScope = {
  openid: ['sub', 'auth_time', 'amr', 'session_expires_at', 'latchkey_hint'],
  profile: ['name', 'preferred_username', 'picture', 'locale', 'updated_at', 'profile_version'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
} as const satisfies Record<string, readonly string[]>;

/** What applications may know of an account; which of it they see is decided by the scopes granted to them. */
export const accountClaims = (account: Account): Record<string, unknown> => ({
  sub: account.id,
  name: account.name ?? account.username,
  preferred_username: account.username,
  picture: account.picture,
  locale: account.locale,
  updated_at: epochSeconds(account.updatedAt),
  profile_version: account.profileVersion,
  email: account.email,
  // Always sent, and always a boolean that means it.
  email_verified: account.email !== undefined && account.emailVerified,
  groups: [...account.groups],
});
