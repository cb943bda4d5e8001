import type { LinkingEntry } from './linking-log.ts';
import type { LocalUserRecords } from './local-users.ts';
import { placeholderAddress } from './placeholder-address.ts';
import type { EmailRule } from './plan-email.ts';
import { seconds } from './seconds.ts';
import { subjectOf, type Subject } from './subject.ts';

/** `stale`: the issuer said something newer before. */
export type AccountStateResult =
  | { readonly kind: 'changed' | 'unchanged' | 'stale'; readonly localUserId: string }
  | { readonly kind: 'unknown-subject' };

/** What the issuer says of an account, and when, on its clock. */
export interface AccountState {
  readonly disabled: boolean;
  readonly at: Date;
}

/**
 * True where the news changes nothing any more. In one second both can have happened; then the account stays disabled until a
 * sign-in shows that it is not.
 */
const isStale = ({ disabled, at }: AccountState, known: Date | undefined): boolean =>
  known !== undefined && (disabled ? seconds(at) < seconds(known) : seconds(at) <= seconds(known));

/** Keeps on the link that the issuer disabled or enabled the account; disabling ends the other ways in, too. */
export async function applyAccountState(
  records: LocalUserRecords,
  entries: LinkingEntry[],
  subject: Subject,
  state: AccountState,
): Promise<AccountStateResult> {
  const link = await records.findLink(subject);
  if (!link) return { kind: 'unknown-subject' };
  const { localUserId } = link;
  if (link.closed) return { kind: 'unchanged', localUserId };
  const { disabled, at } = state;
  const changes = link.disabled !== disabled;
  if (isStale(state, link.accountStateAt)) return { kind: changes ? 'stale' : 'unchanged', localUserId };
  await records.updateLink(link, { disabled, accountStateAt: at });
  if (!changes) return { kind: 'unchanged', localUserId };
  if (disabled && (await records.findUser(localUserId))) await records.removeLocalCredentials(localUserId);
  entries.push({ ...subjectOf(link), event: disabled ? 'disabled' : 'enabled', localUserId });
  return { kind: 'changed', localUserId };
}

/** Closes the link of a purged account, and removes the person's data from the local user; what they wrote stays. */
export async function closeLink(
  records: LocalUserRecords,
  entries: LinkingEntry[],
  subject: Subject,
  emailRule: EmailRule,
): Promise<AccountStateResult> {
  const link = await records.findLink(subject);
  if (!link) return { kind: 'unknown-subject' };
  const { localUserId } = link;
  if (link.closed) return { kind: 'unchanged', localUserId };
  await records.updateLink(link, { closed: true });
  if (await records.findUser(localUserId)) {
    await records.removeLocalCredentials(localUserId);
    await records.updateUser(localUserId, {
      name: null,
      email: emailRule.required ? placeholderAddress(link) : null,
      emailConfirmed: false,
      picture: null,
      locale: null,
      groups: [],
    });
    await records.removePrivateData(localUserId);
  }
  entries.push({ ...subjectOf(link), event: 'closed', localUserId });
  return { kind: 'changed', localUserId };
}
