import {
  createLocalJWKSet,
  errors as joseErrors,
  jwtVerify,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { AccountStore } from '../domain/account/account-store.ts';
import type { SigningKey } from '../domain/key/signing-key.ts';
import type { GrantStore } from '../domain/token/grant-store.ts';
import type { SessionStore } from '../domain/session/session-store.ts';
import type { SessionNames } from '../secrets/session-names.ts';
import { provesItself, resourceOf } from './client-metadata.ts';

export interface ApiTokenIntrospectionParts {
  readonly keys: readonly SigningKey[];
  readonly accounts: AccountStore;
  readonly grants: GrantStore;
  readonly sessions: SessionStore;
  readonly names: SessionNames;
}

/**
 * Introspection (RFC 7662) of the JWT access tokens of APIs. The engine keeps no record of them and answers
 * `unsupported_token_type`; here the token's signature says that it was issued, and the account, the client and the
 * session say whether it still counts. It is answered to the client that holds it and to the resource server of its
 * audience; everybody else hears that it is not active.
 */
export const introspectApiTokens = (provider: Provider, parts: ApiTokenIntrospectionParts): void => {
  const keys = createLocalJWKSet({ keys: parts.keys.map(({ publicJwk }) => publicJwk as JWK) });
  const refused = new WeakSet<object>();
  provider.on('introspection.error', (ctx, error) => {
    // The client has authenticated by then.
    if (error instanceof errors.UnsupportedTokenType) refused.add(ctx.res);
  });
  provider.use(async (ctx, next) => {
    await next();
    if (!refused.has(ctx.res)) return;
    ctx.status = 200;
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = await introspection(ctx as KoaContextWithOIDC, parts, keys);
  });
};

const inactive = { active: false };

const introspection = async (
  { oidc }: KoaContextWithOIDC,
  parts: ApiTokenIntrospectionParts,
  keys: JWTVerifyGetKey,
): Promise<Record<string, unknown>> => {
  const claims = await verified(String(oidc.params?.['token']), oidc.issuer, keys);
  const { client, provider } = oidc;
  if (!claims || !client || !provesItself(client)) return inactive;
  const clientId = String(claims['client_id']);
  if (clientId !== client.clientId && claims.aud !== resourceOf(client)) return inactive;
  if (!(await provider.Client.find(clientId)) || !(await isOfSomebodyHere(claims, clientId, parts))) return inactive;
  const scope = await scopeThatStands(claims, clientId, parts);
  if (scope === '') return inactive;
  const isBoundToKey = claims['cnf'] !== undefined;
  return { active: true, ...claims, scope, token_type: isBoundToKey ? 'DPoP' : 'Bearer' };
};

const verified = async (token: string, issuer: string, keys: JWTVerifyGetKey): Promise<JWTPayload | undefined> => {
  try {
    return (await jwtVerify(token, keys, { issuer, typ: 'at+jwt' })).payload;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) return undefined;
    throw error;
  }
};

/** What of the token's scope is still granted. */
const scopeThatStands = async (
  { sub, aud, scope }: JWTPayload,
  clientId: string,
  { grants }: ApiTokenIntrospectionParts,
): Promise<string> => {
  if (sub === undefined || typeof aud !== 'string' || typeof scope !== 'string') return '';
  const granted = await grants.granted(sub, clientId);
  const there = new Set((granted?.resourceScopes[aud] ?? '').split(' '));
  return scope
    .split(' ')
    .filter((word) => word !== '' && there.has(word))
    .join(' ');
};

/** Whether the account may still sign in, and the session that the token names is not over. */
const isOfSomebodyHere = async (
  { sub, sid }: JWTPayload,
  clientId: string,
  { accounts, sessions, names }: ApiTokenIntrospectionParts,
): Promise<boolean> => {
  const account = sub === undefined ? undefined : await accounts.find(sub);
  if (account === undefined || account.disabledAt !== undefined) return false;
  if (sid === undefined) return true;
  return (await sessions.listByAccount(account.id)).some(({ uid }) => names.sid(uid, clientId) === sid);
};
