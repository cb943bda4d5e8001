import type { LocalUserChange } from './local-users.ts';
import { planEmail, type EmailConflict, type EmailHolder, type EmailPlan, type EmailRule } from './plan-email.ts';
import type { Profile } from './profile.ts';

export interface ProfileUpdateFacts {
  readonly localUser: {
    readonly name?: string | undefined;
    readonly email?: string | undefined;
    readonly emailConfirmed: boolean;
  };
  /** Of the newest profile that was applied through this link; undefined: none had one. */
  readonly linkProfileVersion?: number | undefined;
  readonly profile: Profile;
  /** Other local users who have the told address. */
  readonly holders: readonly EmailHolder[];
  readonly emailRule: EmailRule;
}

export type ProfileUpdatePlan =
  /** Older than what was applied: nothing changes. */
  | { readonly kind: 'stale' }
  | {
      readonly kind: 'apply';
      readonly change: LocalUserChange;
      /** Carried out before `change`. */
      readonly displaced: EmailPlan['displaced'];
      /** What the link keeps. */
      readonly profileVersion?: number | undefined;
      readonly conflict?: EmailConflict | undefined;
    };

/**
 * Decides what a profile changes in its local user. What was not told stays as it is: the application may not be granted
 * that claim. A profile without version is always applied; the link keeps the last version it knew. The same version
 * again is applied again, because events carry only some of the claims, but takes no address from anybody.
 */
export function planProfileUpdate(facts: ProfileUpdateFacts): ProfileUpdatePlan {
  const { localUser, linkProfileVersion, profile, holders, emailRule } = facts;
  const { profileVersion } = profile;
  const isCounted = profileVersion !== undefined && linkProfileVersion !== undefined;
  if (isCounted && profileVersion < linkProfileVersion) return { kind: 'stale' };
  const { email } = localUser;
  const { change, displaced, conflict } = planEmail({
    subject: { issuer: profile.issuer, sub: profile.sub },
    told: profile.email === undefined ? undefined : { address: profile.email, verified: profile.emailVerified },
    current: email === undefined ? undefined : { address: email, confirmed: localUser.emailConfirmed },
    holders,
    rule: emailRule,
    repeated: isCounted && profileVersion === linkProfileVersion,
  });
  return {
    kind: 'apply',
    change: {
      ...(profile.name !== undefined && profile.name !== localUser.name && { name: profile.name }),
      ...(change && { email: change.address, emailConfirmed: change.confirmed }),
      ...(profile.picture !== undefined && { picture: profile.picture }),
      ...(profile.locale !== undefined && { locale: profile.locale }),
      ...(profile.groups !== undefined && { groups: profile.groups }),
    },
    displaced,
    profileVersion: profileVersion ?? linkProfileVersion,
    conflict,
  };
}
