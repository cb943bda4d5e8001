import { createHash, randomBytes } from 'node:crypto';
import { randomToken } from '../secrets/random-token.ts';
import type { Sealer } from '../secrets/sealer.ts';

/**
 * - `interactive`: a person asked for it, and is asked whatever is necessary.
 * - `silent`: the page visit went through the issuer with `prompt=none`.
 * - `frame`: the same in the hidden frame of the session check script.
 */
export type AttemptKind = 'interactive' | 'silent' | 'frame';

/** A sign-in that is under way in one browser: everything the callback needs, kept in that browser's sealed cookie. */
export interface Attempt {
  /** The request's `state`: an id that names the cookie, a dot, a secret. */
  readonly state: string;
  /** 1, or 2 for one that was begun again by itself because the first came back too late or unreadable. */
  readonly number: 1 | 2;
  readonly kind: AttemptKind;
  /** What nonce and verifier are made of. */
  readonly seed: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly returnPath: string;
  /** The hints at departure: what the answer is about. */
  readonly hints: readonly string[];
  /** Seconds since 1970. */
  readonly begunAt: number;
}

/** Good for so long; the cookie stays longer, so that one that comes too late is known as ours and begun again. */
export const attemptSeconds = 10 * 60;
export const attemptCookieSeconds = 24 * 3600;

const idGrammar = /^[12][A-Za-z0-9_-]{10}$/;
const stateGrammar = /^([12][A-Za-z0-9_-]{10})\.[A-Za-z0-9_-]{43}$/;

/** The attempt's id in a `state`: what follows the prefix in the cookie's name. Undefined where it cannot be ours. */
export const attemptIdOf = (state: string): string | undefined => stateGrammar.exec(state)?.[1];

/** When the attempt of an id began, in seconds since 1970, to the minute; 0 for one that is none of ours. */
export const attemptBegunAt = (attemptId: string): number =>
  idGrammar.test(attemptId) ? Buffer.from(attemptId.slice(1, 7), 'base64url').readUInt32BE() * 60 : 0;

/** Which attempt an id is of, told without opening anything. */
export const attemptNumberOf = (attemptId: string): 1 | 2 => (attemptId.startsWith('1') ? 1 : 2);

export const newAttempt = (from: Pick<Attempt, 'number' | 'kind' | 'returnPath' | 'hints'>, now: number): Attempt =>
  withSecrets(
    {
      ...from,
      begunAt: now,
      state: `${from.number}${minutesText(now)}${randomBytes(3).toString('base64url')}.${randomToken()}`,
    },
    randomToken(),
  );

/** Six characters. */
const minutesText = (seconds: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Math.floor(seconds / 60));
  return bytes.toString('base64url');
};

/** Nonce and verifier come of one random seed: many tabs at once must not fill the browser's line of cookies. */
const withSecrets = (attempt: Omit<Attempt, 'nonce' | 'codeVerifier' | 'seed'>, seed: string): Attempt => ({
  ...attempt,
  seed,
  nonce: createHash('sha256').update(`nonce ${seed}`).digest('base64url'),
  codeVerifier: createHash('sha256').update(`verifier ${seed}`).digest('base64url'),
});

type Sealed = readonly [1 | 2, AttemptKind, string, string, readonly string[], number];

export const sealAttempt = (sealer: Sealer, attempt: Attempt): string => {
  const { state, number, kind, seed, returnPath, hints, begunAt } = attempt;
  const sealed: Sealed = [number, kind, seed, returnPath, hints, begunAt];
  return sealer.seal(JSON.stringify(sealed), `attempt ${state}`);
};

/** @returns undefined where the cookie was not sealed here for this `state` */
export const openAttempt = (sealer: Sealer, cookie: string, state: string): Attempt | undefined => {
  const text = sealer.open(cookie, `attempt ${state}`);
  if (text === undefined) return undefined;
  const [number, kind, seed, returnPath, hints, begunAt] = JSON.parse(text) as Sealed;
  return withSecrets({ state, number, kind, returnPath, hints, begunAt }, seed);
};
