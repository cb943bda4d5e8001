import { applyProfile, distrustAll } from '../linking/apply-profile.ts';
import type { SignInResult } from '../linking/linker.ts';
import { readProfileClaims } from '../linking/read-profile-claims.ts';
import type { Profile } from '../linking/profile.ts';
import type { LocalSession } from '../session/local-session.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import type { Answered, SignInOutcome } from './sign-in-outcome.ts';
import { keepPending } from './pending-sign-in.ts';

/**
 * Reads the profile with the new bearer, finds or makes the local user, and has the local session go on (same person, same
 * session of the issuer), be replaced, or end.
 */
export const finishSignIn = async (parts: EndpointParts, answered: Answered): Promise<SignInOutcome> => {
  const { answer, attempt, session } = answered;
  const read = await readSignedIn(parts, answer);
  if (read.kind !== 'profile') {
    if (read.kind === 'ended') return replaced(parts, session, 'session-ended');
    return { kind: 'refused', reason: 'no-answer', setCookies: [] };
  }
  const { profile, etag } = read;
  const isSame = session !== undefined && session.sub === answer.sub && session.sid === answer.sid;
  // Where the issuer names no session, one that a person began anew is a new one.
  if (isSame && (session.sid !== undefined || attempt.kind !== 'interactive')) {
    const gone = await goOn(parts, answered, session, profile, etag);
    if (gone !== undefined) return gone;
    // It ended while nobody clicked: that is not undone.
    if (attempt.kind !== 'interactive') return replaced(parts, session, 'session-ended');
  }
  const how = attempt.kind === 'interactive' ? 'interactive' : 'silent';
  const issuedAt = new Date(answer.issuedAt * 1000);
  const result = await parts.linker.signIn(profile, { how, issuedAt, now: parts.now() });
  switch (result.kind) {
    case 'user':
      await distrustAll(parts.store, result.displaced);
      return begin(parts, answered, result, etag);
    case 'proof': {
      const { localUserId, ways } = result;
      const setCookies = await keepPending(parts, answered, { subject: profile, localUserId, ways });
      return { kind: 'proof', setCookies };
    }
    case 'wait':
      return replaced(parts, session, 'not-admitted');
    case 'refused':
      parts.log('sign-in.refused', { reason: result.reason });
      return replaced(parts, session, 'not-admitted');
  }
};

/** The profile of whom the ID token names, read with the bearer that came with it. */
export const readSignedIn = async (
  { issuer, settings, log }: EndpointParts,
  { accessToken, sub }: Answered['answer'],
): Promise<
  | { readonly kind: 'profile'; readonly profile: Profile; readonly etag: string | undefined }
  | { readonly kind: 'ended' | 'no-answer' }
> => {
  const read = await issuer.readProfile(accessToken, undefined);
  const subject = { issuer: settings.issuerText, sub };
  const profile = read.kind === 'profile' ? readProfileClaims(read.claims, subject).profile : undefined;
  if (read.kind === 'profile' && profile !== undefined) return { kind: 'profile', profile, etag: read.etag };
  log('sign-in.no-profile', { answer: read.kind });
  return { kind: read.kind === 'ended' ? 'ended' : 'no-answer' };
};

/** Begins the local session that a local user was found for, in place of the one before. */
export const begin = async (
  parts: EndpointParts,
  { answer, attempt, session }: Answered,
  { localUserId, username, created, usernameDiffers }: Extract<SignInResult, { readonly kind: 'user' }>,
  etag: string | undefined,
): Promise<SignInOutcome> => {
  const begun = await parts.sessions.begin(answer, localUserId, attempt.hints, etag);
  if (begun === undefined) return replaced(parts, session, 'session-ended');
  if (session !== undefined) await parts.sessions.end(session);
  const newName = created && usernameDiffers ? username : undefined;
  return { kind: 'signed-in', ...begun, newName };
};

/** @returns undefined when the session ended meanwhile */
const goOn = async (
  parts: EndpointParts,
  { answer, attempt }: Answered,
  session: LocalSession,
  profile: Profile,
  etag: string | undefined,
): Promise<SignInOutcome | undefined> => {
  const applied = await applyProfile(parts.linker, parts.store, profile);
  if (applied.kind === 'refused' || applied.kind === 'unknown-subject') return replaced(parts, session, 'not-admitted');
  if (!(await parts.sessions.goOn(session, answer, attempt.hints, etag))) return undefined;
  return { kind: 'signed-in', session, setCookies: [], newName: undefined };
};

/** Whoever was signed in here before is not who is signed in at the issuer now. */
const replaced = async (
  parts: EndpointParts,
  session: LocalSession | undefined,
  reason: 'not-admitted' | 'session-ended',
): Promise<SignInOutcome> => {
  if (session === undefined) return { kind: 'refused', reason, setCookies: [] };
  await parts.sessions.end(session);
  return { kind: 'refused', reason, setCookies: parts.sessions.clearCookies() };
};
