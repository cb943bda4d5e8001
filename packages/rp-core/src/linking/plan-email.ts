import { isSameEmailAddress } from './email-address.ts';
import { placeholderAddress } from './placeholder-address.ts';
import type { Subject } from './subject.ts';

/** Another local user who has the address, as the application compares addresses. */
export interface EmailHolder {
  readonly localUserId: string;
  /** Of their open link; undefined: they have none. */
  readonly subject?: Subject | undefined;
  /** Theirs is another address, which only the application takes for the same (`é` for `e`, dots left out). */
  readonly isSimilarOnly?: boolean | undefined;
}

/** Whether two local users can have one address, and whether one can have none. */
export interface EmailRule {
  readonly unique: boolean;
  readonly required: boolean;
}

export interface EmailFacts {
  /** Of whom the issuer speaks. */
  readonly subject: Subject;
  /** Undefined: it says no address. */
  readonly told?: { readonly address: string; readonly verified: boolean } | undefined;
  /** What the local user has; undefined: nothing yet. */
  readonly current?: { readonly address: string; readonly confirmed: boolean } | undefined;
  /** Local users who have the told address, without the one it is about. */
  readonly holders: readonly EmailHolder[];
  readonly rule: EmailRule;
  /** The issuer has said this before; since then the address can have become another's. */
  readonly repeated: boolean;
}

/** Why the local user does not have the address that the issuer says. */
export type EmailConflict =
  | 'held-by-unlinked-user'
  | 'similar-address'
  | 'held-by-another-issuer'
  | 'unverified'
  | 'moved-on';

export interface EmailPlan {
  /** Undefined: the local user keeps what they have. */
  readonly change?: { readonly address: string; readonly confirmed: boolean } | undefined;
  /** Who gives the address up, until their own profile says a new one; carried out before `change`. */
  readonly displaced: readonly {
    readonly localUserId: string;
    readonly subject: Subject;
    readonly placeholder: string;
  }[];
  readonly conflict?: EmailConflict | undefined;
}

/** The issuer's word about this address is a word about theirs. */
const isUnderSameIssuer = ({ subject, isSimilarOnly }: EmailHolder, issuer: string): boolean =>
  subject?.issuer === issuer && isSimilarOnly !== true;

function conflictOf({ told, holders, rule, repeated, subject: { issuer } }: EmailFacts): EmailConflict | undefined {
  if (!told || holders.length === 0) return undefined;
  if (!told.verified) return rule.unique ? 'unverified' : undefined;
  if (repeated && holders.some((holder) => isUnderSameIssuer(holder, issuer))) return 'moved-on';
  const others = holders.filter((holder) => !isUnderSameIssuer(holder, issuer));
  if (!rule.unique || others.length === 0) return undefined;
  if (others.some(({ subject }) => subject === undefined)) return 'held-by-unlinked-user';
  return others.some(({ isSimilarOnly }) => isSimilarOnly) ? 'similar-address' : 'held-by-another-issuer';
}

/**
 * Decides which address a local user has. The issuer gives a verified address to one account only, so whoever else is linked
 * there and still has it has it no longer: they get a placeholder, and two people can swap addresses in whatever order the
 * news arrives. Everybody else keeps theirs: a local user without a link, one of another issuer, and, against an
 * unverified claim, everyone.
 */
export function planEmail(facts: EmailFacts): EmailPlan {
  const { told, current, holders, rule, subject } = facts;
  const conflict = conflictOf(facts);
  if (!told || conflict) {
    const needed = rule.required && !current;
    return {
      change: needed ? { address: placeholderAddress(subject), confirmed: false } : undefined,
      displaced: [],
      conflict,
    };
  }
  const displaced = holders.flatMap((holder) =>
    told.verified && holder.subject && isUnderSameIssuer(holder, subject.issuer)
      ? [{ localUserId: holder.localUserId, subject: holder.subject, placeholder: placeholderAddress(holder.subject) }]
      : [],
  );
  const same = current && isSameEmailAddress(current.address, told.address) && current.confirmed === told.verified;
  return { change: same ? undefined : { address: told.address, confirmed: told.verified }, displaced };
}
