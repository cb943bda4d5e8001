import { errors, Provider, type KoaContextWithOIDC, type Session as EngineSession } from 'oidc-provider';
import type { SecurityEvents } from '../domain/security-event/security-event.ts';
import type { SessionStore } from '../domain/session/session-store.ts';
import { requestContext } from '../request-context.ts';
import { randomToken } from '../secrets/random-token.ts';
import { tokenHash } from '../secrets/token-hash.ts';
import { epochSeconds } from './epoch-seconds.ts';

/** How long a browser stays signed in at the issuer, in seconds. */
export interface SessionTtl {
  readonly idleTtlSeconds: number;
  readonly absoluteTtlSeconds: number;
}

/** Set on the engine's session object. Symbols, because the object is a proxy that forbids private fields. */
const stored = Symbol('this session has a row');
const proved = Symbol('the person proved who they are in this request');

export interface KeptSession extends EngineSession {
  [stored]?: boolean;
  [proved]?: boolean;
}

/**
 * Writes sessions in place of the engine, which saves the whole row at the end of each request, the last writer
 * winning. Here a session is inserted once, when somebody signs in, and afterwards only updated where it still
 * exists: one that ended meanwhile never comes back.
 */
export class SessionKeeper {
  readonly #sessions: SessionStore;
  readonly #securityEvents: SecurityEvents;
  readonly #ttl: SessionTtl;

  constructor(sessions: SessionStore, securityEvents: SecurityEvents, ttl: SessionTtl) {
    this.#sessions = sessions;
    this.#securityEvents = securityEvents;
    this.#ttl = ttl;
  }

  /** The session object was read from its row. */
  markStored(session: KeptSession): void {
    session[stored] = true;
  }

  /** The person proved who they are: the session gets a new id, whoever knew the old one. */
  markProved(session: KeptSession): void {
    session[proved] = true;
    session.jti = randomToken();
  }

  /**
   * Makes the row of a session that has none yet, or notes the new proof. Called before anything that refers to the
   * session is written.
   * @throws {errors.LoginRequired} when the session ended meanwhile, or the account may not sign in any more
   */
  async persist(session: KeptSession): Promise<void> {
    const { accountId } = session;
    if (accountId === undefined) return;
    const amr = session.amr;
    const acr = session.acr;
    const authenticatedAt = new Date((session.loginTs ?? epochSeconds()) * 1000);
    const idHash = tokenHash(session.jti);
    const proofGeneration = proofGenerationOf(Provider.ctx);
    if (session[stored] !== true) {
      const context = requestContext();
      const inserted = await this.#sessions.insert({
        uid: session.uid,
        idHash,
        accountId,
        authenticatedAt,
        proofGeneration,
        amr,
        acr,
        network: context?.network,
        userAgent: context?.userAgent,
        ...this.#ttl,
      });
      if (!inserted) throw this.#ended();
      session[stored] = true;
      session[proved] = false;
      session.exp = epochSeconds(inserted.absoluteExpiresAt);
      await this.#securityEvents.record({
        event: 'session.begun',
        actor: `account:${accountId}`,
        accountId,
        network: context?.network,
      });
    } else if (session[proved] === true) {
      const proof = { idHash, accountId, authenticatedAt, proofGeneration, amr, acr };
      if (!(await this.#sessions.reauthenticate(session.uid, proof))) throw this.#ended();
      session[proved] = false;
      await this.#securityEvents.record({
        event: 'session.reauthenticated',
        actor: `account:${accountId}`,
        accountId,
        network: requestContext()?.network,
      });
    }
  }

  /**
   * The engine's save at the end of a request.
   * @throws {errors.LoginRequired} when the session ended meanwhile; the cookie is taken back
   * @throws whatever the store throws; whether the session lives is not known then, and the browser keeps its cookie
   */
  async save(session: KeptSession, ctx: KoaContextWithOIDC): Promise<void> {
    const context = requestContext();
    const cookieName = ctx.oidc.provider.cookieName('session');
    if (session.accountId === undefined || context?.sessionEnded === true) {
      // A cookie that names no session, of somebody who did not sign in either: nothing to keep.
      this.#takeCookieBack(ctx, cookieName);
      return;
    }
    try {
      if (session[stored] !== true || session[proved] === true) await this.persist(session);
      else if (!(await this.#sessions.prolong(session.uid, this.#ttl.idleTtlSeconds))) throw this.#ended();
    } catch (error) {
      if (requestContext()?.sessionEnded === true) this.#takeCookieBack(ctx, cookieName);
      // The engine has set the session's new id, which no row has.
      else if (session[stored] !== true || session[proved] === true) this.#leaveCookie(ctx, cookieName);
      throw error;
    }
  }

  #leaveCookie(ctx: KoaContextWithOIDC, cookieName: string): void {
    const lines = [ctx.response.headers['set-cookie'] ?? []].flat();
    ctx.set(
      'Set-Cookie',
      lines.filter((line) => !line.startsWith(`${cookieName}=`)),
    );
  }

  #takeCookieBack(ctx: KoaContextWithOIDC, cookieName: string): void {
    ctx.oidc.cookies.set(cookieName, null, { ...sessionCookieAttributes, secure: ctx.secure });
  }

  #ended(): Error {
    const context = requestContext();
    if (context) context.sessionEnded = true;
    return new errors.LoginRequired('the session has ended');
  }
}

/** Where the result of a sign-in step carries the account's generation of proofs. */
export const proofGenerationOfResult = 'proofGeneration';

/** 0, which no account has, when the result names none: such a proof begins no session. */
const proofGenerationOf = (ctx: KoaContextWithOIDC | undefined): number => {
  const login: Readonly<Record<string, unknown>> | undefined = ctx?.oidc.result?.login;
  const generation = login?.[proofGenerationOfResult];
  return typeof generation === 'number' ? generation : 0;
};

export const sessionCookieAttributes = {
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  overwrite: true,
  signed: false,
} as const;
