import type { AccountEvents } from '../receivers/account-events.ts';
import type { RelyingPartyLog } from '../relying-party-log.ts';
import type { LocalSessionStore } from '../session/local-session-store.ts';
import { applyProfile } from './apply-profile.ts';
import type { Linker } from './linker.ts';
import { readProfileClaims } from './read-profile-claims.ts';

/** Has the linker do what the issuer's events say. */
export const accountEventsFor = (
  linker: Pick<Linker, 'applyProfile' | 'disable' | 'enable' | 'close'>,
  sessions: Pick<LocalSessionStore, 'distrust'>,
  log: RelyingPartyLog,
): AccountEvents => ({
  claimsChanged: async (issuer, sub, claims) => {
    // The event names the person; its claims need not.
    const { profile, fault } = readProfileClaims({ sub, ...claims }, { issuer, sub });
    if (profile === undefined) log('events.claims-not-read', { fault });
    else log('events.claims-changed', { result: (await applyProfile(linker, sessions, profile)).kind });
  },
  disabled: async (issuer, sub, occurredAt) => {
    log('events.account-disabled', { result: (await linker.disable({ issuer, sub }, occurredAt)).kind });
  },
  enabled: async (issuer, sub, occurredAt) => {
    log('events.account-enabled', { result: (await linker.enable({ issuer, sub }, occurredAt)).kind });
  },
  purged: async (issuer, sub) => {
    log('events.account-purged', { result: (await linker.close({ issuer, sub })).kind });
  },
});
