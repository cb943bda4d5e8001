import type { CookieNames, CookieWriter } from '../cookies/cookies.ts';
import { ownCookie } from '../cookies/cookie-header.ts';
import type { SignInAnswer } from '../issuer/issuer-connection.ts';
import { randomToken } from '../secrets/random-token.ts';
import type { Sealer } from '../secrets/sealer.ts';
import { tokenHash } from '../secrets/token-hash.ts';
import type { LocalSession } from './local-session.ts';
import type { LocalSessionStore } from './local-session-store.ts';

const mostForeignHints = 10;

export interface LocalSessionsParts {
  readonly store: LocalSessionStore;
  readonly sealer: Sealer;
  readonly cookieNames: CookieNames;
  readonly cookies: CookieWriter;
  readonly issuer: string;
  readonly sessionSeconds: number;
  readonly now: () => Date;
}

/** The tokens of a session, opened. */
export interface SessionTokens {
  readonly accessToken: string;
  readonly idToken: string;
}

/** What a request's session cookie says. */
export type FoundSession =
  | { readonly kind: 'session'; readonly session: LocalSession }
  /** There is a cookie, and no session to it any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'none' };

/** Makes, finds and ends the browser's session at the application. */
export class LocalSessions {
  readonly #parts: LocalSessionsParts;

  constructor(parts: LocalSessionsParts) {
    this.#parts = parts;
  }

  async find(cookieHeader: string | null): Promise<FoundSession> {
    const { store, cookieNames, issuer, now } = this.#parts;
    const value = ownCookie(cookieHeader, cookieNames.session);
    if (value === undefined) return { kind: 'none' };
    const session = await store.find(tokenHash(value));
    // A session of the issuer that the application had before is nobody's here.
    if (session === undefined || session.issuer !== issuer) return { kind: 'gone' };
    if (session.expiresAt > now()) return { kind: 'session', session };
    await store.delete(session.idHash);
    return { kind: 'gone' };
  }

  /**
   * Begins a session with an id that nobody knew before.
   * @param hints at departure; those that are not the answer's are foreign
   * @returns the cookies, or undefined when the issuer's session ended meanwhile
   */
  async begin(
    answer: SignInAnswer,
    localUserId: string,
    hints: readonly string[],
    profileEtag: string | undefined,
  ): Promise<{ readonly session: LocalSession; readonly setCookies: string[] } | undefined> {
    const { store, cookieNames, cookies, issuer, now } = this.#parts;
    const value = randomToken();
    const idHash = tokenHash(value);
    const session: LocalSession = {
      ...this.#answered(idHash, answer),
      idHash,
      issuer,
      sub: answer.sub,
      sid: answer.sid,
      localUserId,
      foreignHints: foreignHints(hints, answer.hint, []),
      profileEtag,
      begunAt: new Date(answer.issuedAt * 1000),
      provedAt: now(),
      distrusted: false,
    };
    if (session.expiresAt <= now() || !(await store.insert(session))) return undefined;
    const seconds = (session.expiresAt.getTime() - now().getTime()) / 1000;
    return {
      session,
      setCookies: [
        cookies.set(cookieNames.session, value, seconds, 'by servers'),
        cookies.set(cookieNames.marker, markerOf(session), seconds, 'by scripts'),
      ],
    };
  }

  /** The same person in the same session of the issuer: the local session goes on with a new bearer. */
  async goOn(
    session: LocalSession,
    answer: SignInAnswer,
    hints: readonly string[],
    profileEtag: string | undefined,
  ): Promise<boolean> {
    return this.#parts.store.update(session.idHash, {
      ...this.#answered(session.idHash, answer),
      foreignHints: foreignHints(hints, answer.hint, session.foreignHints),
      profileEtag,
      provedAt: this.#parts.now(),
      // A doubt that came after the session was read stays.
      ...(session.distrusted ? { distrusted: false } : {}),
    });
  }

  /**
   * A silent trip brought no word about the session: its own bearer is asked at the next use.
   * @param hints that shall cause no further trip
   */
  async doubt(session: LocalSession, hints: readonly string[]): Promise<void> {
    await this.#parts.store.update(session.idHash, {
      distrusted: true,
      foreignHints: foreignHints(hints, session.hint, session.foreignHints),
    });
  }

  async end(session: LocalSession): Promise<void> {
    await this.#parts.store.delete(session.idHash);
  }

  /** @returns undefined when another secret of the application sealed them */
  tokensOf(session: LocalSession): SessionTokens | undefined {
    const text = this.#parts.sealer.open(session.sealedTokens, session.idHash);
    if (text === undefined) return undefined;
    const [accessToken, idToken] = JSON.parse(text) as [string, string];
    return { accessToken, idToken };
  }

  /** Takes back what names a session in the browser. */
  clearCookies(): string[] {
    const { cookieNames, cookies } = this.#parts;
    return [cookies.clear(cookieNames.session), cookies.clear(cookieNames.marker)];
  }

  #answered(idHash: string, answer: SignInAnswer) {
    const { sealer, sessionSeconds, now } = this.#parts;
    const own = now().getTime() + sessionSeconds * 1000;
    const told = answer.sessionExpiresAt === undefined ? own : answer.sessionExpiresAt * 1000;
    return {
      hint: answer.hint,
      sealedTokens: sealer.seal(JSON.stringify([answer.accessToken, answer.idToken]), idHash),
      accessTokenExpiresAt:
        answer.accessTokenExpiresAt === undefined ? undefined : new Date(answer.accessTokenExpiresAt * 1000),
      expiresAt: new Date(Math.min(own, told)),
    };
  }
}

/** Tells scripts which session this is, and nothing else. */
export const markerOf = (session: LocalSession): string => tokenHash(`marker ${session.idHash}`).slice(0, 8);

const foreignHints = (seen: readonly string[], own: string | undefined, before: readonly string[]): readonly string[] =>
  [...new Set([...seen.filter((hint) => hint !== own), ...before.filter((hint) => hint !== own)])].slice(
    0,
    mostForeignHints,
  );
