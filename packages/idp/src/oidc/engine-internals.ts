// The one module that reaches into oidc-provider beyond its documented configuration. Read it on every upgrade of the
// engine (written against 9.13): each function says what it relies on.
import { errors, Provider, type KoaContextWithOIDC } from 'oidc-provider';
import instance, { type ResponseMode } from 'oidc-provider/lib/helpers/weak_cache.js';
import { redirectUriMatches } from '../domain/client/redirect-uri.ts';
import type { ReplayStore } from '../domain/token/replay-store.ts';
import type { ClientSecretHasher } from '../secrets/client-secret-hasher.ts';
import { constantTimeEqual } from '../secrets/constant-time-equal.ts';
import type { SessionNames } from '../secrets/session-names.ts';
import { tokenHash } from '../secrets/token-hash.ts';
import { epochSeconds } from './epoch-seconds.ts';
import type { KeptSession, SessionKeeper } from './session-keeper.ts';

/** Grants chosen for this request in place of the derived one (`offline_access`), by session object and client. */
const chosenGrants = new WeakMap<object, Map<string, string>>();

/** When the session behind the code or token of this request ends for good, in seconds since 1970. */
const boundSessionEnds = new WeakMap<KoaContextWithOIDC, number>();

export const boundSessionEnd = (ctx: KoaContextWithOIDC | undefined): number | undefined =>
  ctx && boundSessionEnds.get(ctx);

/**
 * Sessions: the engine keeps per client data (`authorizations`) inside the session and saves the whole. Here `sid` and
 * grant id are derived from session and client, and SessionKeeper writes.
 * Relies on: shared/session.js (get, the proxy, save at the end), actions/authorization/resume.js (loginAccount, then
 * resetIdentifier), actions/authorization/session.js (grantIdFor, ensureClientContainer), models/token_helpers.js
 * (findByUid, grantIdFor).
 */
export const replaceSessionStorage = (provider: Provider, keeper: SessionKeeper, names: SessionNames): void => {
  const { Session } = provider;
  // Originals, called with their own `this` below.
  type Find = (this: typeof Session, id: string) => Promise<KeptSession | undefined>;
  const find: Find = Reflect.get(Session, 'find');
  const findByUid: Find = Reflect.get(Session, 'findByUid');
  type Login = Parameters<KeptSession['loginAccount']>[0];
  const loginAccount: (this: KeptSession, details: Login) => void = Reflect.get(Session.prototype, 'loginAccount');

  Object.assign(Session, {
    async find(id: string) {
      const session = await find.call(Session, id);
      if (session) keeper.markStored(session);
      return session;
    },
    async findByUid(uid: string) {
      const session = await findByUid.call(Session, uid);
      const { ctx } = Provider;
      if (session && ctx) boundSessionEnds.set(ctx, session.exp);
      return session;
    },
  });

  const grantsOf = (session: KeptSession): Map<string, string> => {
    // `this` may be the engine's proxy or the object behind it; both share the uid object below.
    const key = sessionKey(session);
    const grants = chosenGrants.get(key) ?? new Map<string, string>();
    chosenGrants.set(key, grants);
    return grants;
  };

  Object.assign(Session.prototype, {
    loginAccount(this: KeptSession, details: Login) {
      loginAccount.call(this, details);
      keeper.markProved(this);
    },
    /** The engine renews the id on every resume; here only a new proof does, see loginAccount. */
    resetIdentifier() {},
    ensureClientContainer() {},
    authorizationFor() {
      // Asked for to note `persistsLogout`, which the grants table knows.
      return {};
    },
    sidFor(this: KeptSession, clientId: string) {
      return names.sid(this.uid, clientId);
    },
    grantIdFor(this: KeptSession, clientId: string, grantId?: string) {
      if (grantId === undefined) return grantsOf(this).get(clientId) ?? names.grantId(this.uid, clientId);
      grantsOf(this).set(clientId, grantId);
      return undefined;
    },
    async save(this: KeptSession) {
      const { ctx } = Provider;
      if (!ctx) throw new Error('a session was saved outside a request');
      await keeper.save(this, ctx);
      return this.jti;
    },
    async persist() {
      // Called for sessions that changed after they were saved: nothing of ours changes then.
    },
    async destroy() {
      throw new Error('sessions are ended by EndSessions, not by the engine');
    },
  });
};

const sessionKeyName = Symbol('identity of a session object, shared with its proxy');
const sessionKey = (session: KeptSession & { [sessionKeyName]?: object }): object => (session[sessionKeyName] ??= {});

/** A client as the engine holds it, as far as redirects go. */
interface RedirectingClient {
  readonly redirectUris?: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly applicationType?: 'web' | 'native';
}

/**
 * Client secrets are stored as keyed hashes: what the engine holds as `clientSecret` is the hash. Every ID token carries
 * `sid`, whether or not the client has a back-channel. Redirect URIs are compared by the domain's rule.
 * Relies on: shared/client_auth.js (compareClientSecret), helpers/process_response_types.js (includeSid),
 * actions/authorization/response_parameters.js (redirectUriAllowed).
 */
export const replaceClientChecks = (provider: Provider, secrets: ClientSecretHasher): void => {
  Object.assign(provider.Client.prototype, {
    compareClientSecret(this: { clientSecret?: string }, actual: string): boolean {
      return constantTimeEqual(secrets.hash(actual).toString('base64url'), this.clientSecret ?? '');
    },
    includeSid(): boolean {
      return true;
    },
    redirectUriAllowed(this: RedirectingClient, uri: string): boolean {
      return redirectUriMatches(this.redirectUris ?? [], uri, this.applicationType ?? 'web');
    },
    postLogoutRedirectUriAllowed(this: RedirectingClient, uri: string): boolean {
      return redirectUriMatches(this.postLogoutRedirectUris ?? [], uri, this.applicationType ?? 'web');
    },
  });
};

/**
 * One conditional insert in place of find, then save.
 * Relies on: models/replay_detection.js (`unique(iss, jti, exp)` answers false for what was seen).
 */
export const replaceReplayDetection = (
  provider: Provider,
  replays: ReplayStore,
  clockToleranceSeconds: number,
): void => {
  Object.assign(provider.ReplayDetection, {
    async unique(iss: string, jti: string, exp: number): Promise<boolean> {
      const ttlSeconds = Math.max(exp - epochSeconds(), 0) + 2 * clockToleranceSeconds;
      return replays.remember(tokenHash(JSON.stringify([iss, jti])), ttlSeconds);
    },
  });
};

/**
 * The engine's form_post page has an inline script.
 * Relies on: helpers/weak_cache.js (the provider's map of response modes).
 */
export const replaceFormPost = (provider: Provider, render: ResponseMode): void => {
  instance(provider).responseModes.set('form_post', render);
};

/**
 * A DPoP proof names the address that the request was sent to (RFC 9449, section 4.3), and `/profile` is the engine's
 * userinfo endpoint under another name.
 * Relies on: helpers/validate_dpop.js (compares with `urlFor(route)`), helpers/oidc_context.js.
 */
export const nameProfileInProofs = (provider: Provider): void => {
  const { prototype } = provider.OIDCContext;
  type EngineContext = KoaContextWithOIDC['oidc'] & { readonly ctx: KoaContextWithOIDC };
  type UrlFor = (this: EngineContext, name: string, options?: object) => string;
  const urlFor = Reflect.get(prototype, 'urlFor') as UrlFor;
  const named: UrlFor = function (name, options) {
    const url = urlFor.call(this, name, options);
    const asked = new URL(this.ctx.originalUrl, url);
    return name === 'userinfo' && this.route === 'userinfo' && asked.pathname === '/profile'
      ? new URL(asked.pathname, url).href
      : url;
  };
  Object.assign(prototype, { urlFor: named });
};

export const sessionNotFound = (error: unknown): boolean => error instanceof errors.SessionNotFound;
