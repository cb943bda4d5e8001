import { randomToken } from '../secrets/random-token.ts';
import { ownCookie } from '../cookies/cookie-header.ts';
import type { ProofWay } from '../linking/decide-link.ts';
import { proofLifetimeSeconds } from '../linking/adoption-proof.ts';
import { subjectOf, type Subject } from '../linking/subject.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import type { Answered } from './sign-in-outcome.ts';

const context = 'pending sign-in';

/**
 * A sign-in that waits for a proof. It lies sealed in the browser that began it, and nowhere else. The profile is not in it: a cookie
 * may have no room for it, and it is read again when the proof is made.
 */
export interface PendingSignIn {
  /** For the tokens of its forms. */
  readonly id: string;
  readonly answer: Answered['answer'];
  readonly attempt: Answered['attempt'];
  readonly subject: Subject;
  readonly localUserId: string;
  /** Seconds since 1970. */
  readonly begunAt: number;
}

/** Begins the proof, and keeps the sign-in until it is made. @returns the cookie */
export const keepPending = async (
  parts: Pick<EndpointParts, 'proveAdoption' | 'pendingSealer' | 'cookies' | 'names' | 'now'>,
  { answer, attempt }: Answered,
  {
    subject,
    localUserId,
    ways,
  }: Pick<PendingSignIn, 'subject' | 'localUserId'> & { readonly ways: readonly ProofWay[] },
): Promise<string[]> => {
  const { proveAdoption, pendingSealer, cookies, names, now } = parts;
  if (proveAdoption === undefined) throw new Error('the linker asks for proofs, and the application has no proof page');
  await proveAdoption.ask({ ...subjectOf(subject), localUserId, ways }, now());
  const pending: PendingSignIn = {
    id: randomToken(),
    answer,
    attempt: { kind: attempt.kind, hints: attempt.hints, returnPath: attempt.returnPath },
    subject: subjectOf(subject),
    localUserId,
    begunAt: Math.floor(now().getTime() / 1000),
  };
  const sealed = pendingSealer.seal(JSON.stringify(pending), context);
  return [cookies.set(names.pending, sealed, proofLifetimeSeconds, 'by servers')];
};

/** @returns undefined where none waits in this browser, or it waited too long */
export const findPending = (
  { pendingSealer, names, now }: Pick<EndpointParts, 'pendingSealer' | 'names' | 'now'>,
  request: Request,
): PendingSignIn | undefined => {
  const cookie = ownCookie(request.headers.get('cookie'), names.pending);
  const text = cookie === undefined ? undefined : pendingSealer.open(cookie, context);
  if (text === undefined) return undefined;
  const pending = JSON.parse(text) as PendingSignIn; // sealed by us; what JSON leaves out was undefined
  return now().getTime() / 1000 < pending.begunAt + proofLifetimeSeconds ? pending : undefined;
};
