import type { Account } from '../domain/account/account.ts';
import type { EndedSessions } from '../domain/session/end-sessions.ts';
import { defined, epochSeconds, type CommandResult } from './command-result.ts';

/** An account by the names of its claims (OpenID Connect Core 1.0, section 5.1), and what administrators see besides. */
export const accountResult = (account: Account): CommandResult =>
  defined({
    sub: account.id,
    preferred_username: account.username,
    name: account.name,
    email: account.email,
    email_verified: account.emailVerified,
    picture: account.picture,
    locale: account.locale,
    groups: account.groups,
    profile_version: account.profileVersion,
    updated_at: epochSeconds(account.updatedAt),
    created_at: epochSeconds(account.createdAt),
    disabled: account.disabledAt !== undefined,
    disabled_at: epochSeconds(account.disabledAt),
  });

/** How many sessions a change ended and which clients were signed in through them. */
export const signedOutResult = ({ sessions, clients }: EndedSessions): CommandResult => ({
  sessions: sessions.length,
  client_ids: [...new Set(clients.map(({ clientId }) => clientId))].toSorted(),
});
