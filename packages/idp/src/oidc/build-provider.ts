import {
  errors,
  Provider,
  type Account as EngineAccount,
  type ClientAuthMethod,
  type Configuration,
  type FindAccount,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import type { SigningKey } from '../domain/key/signing-key.ts';
import type { StrangerLimits } from '../domain/sign-in/stranger-limits.ts';
import type { ClientSecretHasher } from '../secrets/client-secret-hasher.ts';
import { randomToken } from '../secrets/random-token.ts';
import type { Sealer } from '../secrets/sealer.ts';
import type { SessionNames } from '../secrets/session-names.ts';
import { createAdapterFactory } from './adapters/adapter-factory.ts';
import { toGrantPayload } from './adapters/grant-adapter.ts';
import { apiResource } from './api-resource.ts';
import { introspectApiTokens } from './api-token-introspection.ts';
import { accountClaims, claimsByScope } from './claims.ts';
import { isPkceRequired, ownClientMetadata, provesItself } from './client-metadata.ts';
import type { CookieNames } from './cookie-names.ts';
import { refuseDistantProof } from './dpop-proof-time.ts';
import {
  boundSessionEnd,
  nameProfileInProofs,
  replaceClientChecks,
  replaceFormPost,
  replaceReplayDetection,
  replaceSessionStorage,
} from './engine-internals.ts';
import type { EngineStores } from './engine-stores.ts';
import { epochSeconds } from './epoch-seconds.ts';
import type { HintCookie } from './hint-cookie.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { engineKey } from './engine-key.ts';
import { SessionKeeper, sessionCookieAttributes, type SessionTtl } from './session-keeper.ts';

/** Seconds; what is not told by a session's own end. */
const ttlSeconds = {
  authorizationCode: 60,
  idToken: 3600,
  interaction: 3600,
  /** An opaque token that came of `offline_access`. */
  offlineAccessToken: 3600,
  refreshToken: 60 * 24 * 3600,
} as const;

/** Tolerated difference between clocks, everywhere. */
const clockToleranceSeconds = 60;

/** A client assertion is remembered until it expires, so its end must not be out of sight (RFC 7523, section 3). */
const assertionLimitSeconds = 24 * 3600;

export interface ProviderParts {
  readonly issuer: URL;
  readonly stores: EngineStores;
  readonly strangerLimits: StrangerLimits;
  readonly keys: readonly SigningKey[];
  readonly sealer: Sealer;
  readonly names: SessionNames;
  readonly clientSecrets: ClientSecretHasher;
  readonly cookieNames: CookieNames;
  readonly hint: HintCookie;
  readonly sessionTtl: SessionTtl;
  /** Answers an error as a page. */
  readonly renderError: (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError | Error) => void;
  readonly renderFormPost: (ctx: KoaContextWithOIDC, redirectUri: string, payload: Record<string, string>) => void;
  /** For jwks_uri and back-channel logout. */
  readonly fetch: typeof globalThis.fetch;
}

/** Builds the engine. Its keys cannot change later: build a new one when they do (it takes about a millisecond). */
export const buildProvider = (parts: ProviderParts): Provider => {
  const secure = parts.issuer.protocol === 'https:';
  const keeper = new SessionKeeper(parts.stores.sessions, parts.stores.securityEvents, parts.sessionTtl);
  const provider = new Provider(parts.issuer.origin, configuration(parts, secure, keeper));
  // The guard in front has checked host and scheme and pinned the forwarded headers to the issuer.
  provider.proxy = true;
  replaceSessionStorage(provider, keeper, parts.names);
  replaceClientChecks(provider, parts.clientSecrets);
  replaceReplayDetection(provider, parts.stores.replays, clockToleranceSeconds);
  replaceFormPost(provider, parts.renderFormPost);
  nameProfileInProofs(provider);
  introspectApiTokens(provider, { ...parts, ...parts.stores });
  return provider;
};

const configuration = (parts: ProviderParts, secure: boolean, keeper: SessionKeeper): Configuration => ({
  adapter: createAdapterFactory(parts.stores, parts.strangerLimits, parts.sessionTtl.idleTtlSeconds, parts.sealer),
  jwks: { keys: parts.keys.map(engineKey) },
  clientDefaults: { id_token_signed_response_alg: 'RS256', backchannel_logout_session_required: true },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as ClientAuthMethod[],
  extraClientMetadata: { properties: [...ownClientMetadata] },
  responseTypes: ['code'],
  subjectTypes: ['public'],
  scopes: ['openid', 'offline_access'],
  claims: Object.fromEntries(Object.entries(claimsByScope).map(([scope, claims]) => [scope, [...claims]])),
  conformIdTokenClaims: true,
  clockTolerance: clockToleranceSeconds,
  acceptQueryParamAccessTokens: false,
  allowOmittingSingleRegisteredRedirectUri: false,
  enableHttpPostMethods: false,
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'ES256'],
    clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    dPoPSigningAlgValues: ['ES256', 'EdDSA', 'RS256', 'PS256'],
  },
  formats: {
    bitsOfOpaqueRandomness: 256,
    customizers: {
      // RFC 9068 leaves room for more claims; an API ends what it keeps for a session by `sid`. A token that outlives the
      // session (`offline_access`) names none.
      jwt: (_ctx, token, parts) => {
        // What the person or the administrator took back since the request.
        if ((token.scope ?? '') === '') throw new errors.InvalidTarget('no scope of this API is granted');
        const { sid, expiresWithSession } = token as { readonly sid?: string; readonly expiresWithSession?: boolean };
        if (sid !== undefined && expiresWithSession === true) parts.payload = { ...parts.payload, sid };
      },
    },
  },
  cookies: {
    names: {
      session: parts.cookieNames.session,
      interaction: parts.cookieNames.interaction,
      resume: parts.cookieNames.resume,
    },
    long: { ...sessionCookieAttributes, secure },
    short: { httpOnly: true, sameSite: 'lax', overwrite: true, signed: false, secure },
    // Nothing is signed: each of these cookies holds a random value that is looked up.
    keys: [randomToken()],
  },
  pkce: { required: (_ctx, client) => isPkceRequired(client) },
  assertJwtClientAuthClaimsAndHeader: (_ctx, { aud, exp, iat }) => {
    // One that is good elsewhere too could be shown here by whoever is there.
    if (Array.isArray(aud) && aud.length !== 1) {
      throw new errors.InvalidClientAuth('the client_assertion must be for this issuer alone');
    }
    if (Number(exp) > epochSeconds() + assertionLimitSeconds) {
      throw new errors.InvalidClientAuth('the client_assertion expires too late');
    }
    // The engine looks at it only where there is no `exp`, which it requires.
    if (Number(iat ?? 0) > epochSeconds() + clockToleranceSeconds) {
      throw new errors.InvalidClientAuth('the client_assertion was issued in the future');
    }
  },
  findAccount: (ctx, sub, token) => findAccount(parts, ctx, sub, token),
  loadExistingGrant: (ctx) => loadGrant(parts, keeper, ctx),
  expiresWithSession: async (_ctx, token) => !hasScope(token, 'offline_access'),
  revokeGrantPolicy: (ctx) => !(ctx.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken !== undefined),
  interactions: {
    policy: createInteractionPolicy(),
    url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
  },
  renderError: (ctx, _out, error) => parts.renderError(ctx, error),
  discovery: { latchkey_profile_endpoint: new URL('/profile', parts.issuer).href },
  fetch: parts.fetch,
  clientBasedCORS: () => false,
  routes: {
    authorization: '/auth',
    end_session: '/session/end',
    introspection: '/token/introspection',
    jwks: '/jwks',
    pushed_authorization_request: '/request',
    revocation: '/token/revocation',
    token: '/token',
    userinfo: '/userinfo',
  },
  ttl: {
    AuthorizationCode: ttlSeconds.authorizationCode,
    AccessToken: (ctx, token) => {
      if (token.resourceServer?.accessTokenTTL !== undefined) return token.resourceServer.accessTokenTTL;
      const sessionEnd = token.expiresWithSession === true ? boundSessionEnd(ctx) : undefined;
      return sessionEnd === undefined ? ttlSeconds.offlineAccessToken : Math.max(sessionEnd - epochSeconds(), 1);
    },
    Grant: ttlSeconds.refreshToken,
    IdToken: ttlSeconds.idToken,
    Interaction: ttlSeconds.interaction,
    RefreshToken: (ctx) => ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? ttlSeconds.refreshToken,
    Session: parts.sessionTtl.absoluteTtlSeconds,
  },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: false },
    clientCredentials: { enabled: false },
    deviceFlow: { enabled: false },
    dPoP: {
      enabled: true,
      // No nonces; it is the engine's one question about a proof before it takes it.
      requireNonce: (ctx) => {
        refuseDistantProof(ctx.get('DPoP'), clockToleranceSeconds);
        return false;
      },
    },
    encryption: { enabled: false },
    // Retired keys are public keys that only verify.
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => provesItself(client) && token.clientId === client.clientId,
    },
    pushedAuthorizationRequests: { enabled: true },
    registration: { enabled: false },
    requestObjects: { enabled: false },
    resourceIndicators: {
      enabled: true,
      // One resource at a time, and only where the request names it.
      defaultResource: (_ctx, _client, oneOf) => oneOf ?? [],
      useGrantedResource: () => false,
      getResourceServerInfo: (ctx, resource, client) => apiResource(parts.stores.clients, ctx, resource, client),
    },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: { enabled: true },
    userinfo: { enabled: true },
  },
});

const hasScope = (token: { readonly scopes?: ReadonlySet<string> }, scope: string): boolean =>
  token.scopes?.has(scope) === true;

/** The session that a code or token lives and dies with; undefined when it outlives it. */
const sessionOf = (token: Parameters<FindAccount>[2]): string | undefined => {
  if (token === undefined || !('sessionUid' in token) || !('expiresWithSession' in token)) return undefined;
  return token.expiresWithSession === true ? token.sessionUid : undefined;
};

const findAccount = async (
  parts: ProviderParts,
  _ctx: KoaContextWithOIDC,
  sub: string,
  token: Parameters<FindAccount>[2],
): Promise<EngineAccount | undefined> => {
  const account = await parts.stores.accounts.find(sub);
  if (account === undefined || account.disabledAt !== undefined) return undefined;
  return {
    accountId: account.id,
    claims: async (use) => {
      if (use !== 'id_token') return { ...accountClaims(account), sub: account.id };
      const sessionUid = sessionOf(token);
      return {
        sub: account.id,
        ...(sessionUid === undefined
          ? {}
          : {
              session_expires_at: boundSessionEnd(Provider.ctx),
              latchkey_hint: parts.hint.valueFor(sessionUid, account.id),
            }),
      };
    },
  };
};

/**
 * The grant of this session and client as it would be: its row is made with the code (AuthorizationCodeStore.issue).
 * With `offline_access` it is one of its own, which sign-out leaves alone.
 */
const loadGrant = async (
  parts: ProviderParts,
  keeper: SessionKeeper,
  ctx: KoaContextWithOIDC,
): Promise<InstanceType<Provider['Grant']> | undefined> => {
  const { session, client, provider } = ctx.oidc;
  if (!session || !client || session.accountId === undefined) return undefined;
  await keeper.persist(session);
  const granted = await parts.stores.grants.granted(session.accountId, client.clientId);
  if (!granted) return undefined;
  const offline = ctx.oidc.requestParamScopes.has('offline_access');
  const id = offline ? randomToken() : parts.names.grantId(session.uid, client.clientId);
  const payload = toGrantPayload({ id, accountId: session.accountId, clientId: client.clientId, ...granted });
  return new provider.Grant(payload);
};
