import type { AdapterPayload, Client as EngineClient } from 'oidc-provider';
import type { Client } from '../domain/client/client.ts';
import { isOpenidScope, scopeTokens } from '../domain/client/scope.ts';

/** Client metadata of ours, beside those of RFC 7591. The engine keeps them under these names. */
export const ownClientMetadata = [
  'latchkey_trusted',
  'latchkey_pkce_required',
  'latchkey_private_addresses',
  'latchkey_resource',
  'latchkey_scope',
] as const;

/** A client as the engine wants it. */
export const toClientMetadata = (client: Client): AdapterPayload => ({
  client_id: client.clientId,
  client_name: client.clientName,
  application_type: client.applicationType,
  token_endpoint_auth_method: client.tokenEndpointAuthMethod,
  // The engine compares through Client.prototype.compareClientSecret, which engine-internals.ts replaces: what stands
  // here is the keyed hash.
  ...(client.secretHash === undefined ? {} : { client_secret: client.secretHash.toString('base64url') }),
  redirect_uris: [...client.redirectUris],
  post_logout_redirect_uris: [...client.postLogoutRedirectUris],
  ...flowsOf(client),
  // The engine knows its own scopes only and takes a client with any other for broken.
  scope: scopeTokens(client.scope).filter(isOpenidScope).join(' '),
  latchkey_scope: client.scope,
  id_token_signed_response_alg: client.idTokenSignedResponseAlg,
  dpop_bound_access_tokens: client.dpopBoundAccessTokens,
  require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
  ...(client.backchannelLogoutUri === undefined
    ? {}
    : { backchannel_logout_uri: client.backchannelLogoutUri, backchannel_logout_session_required: true }),
  ...(client.jwks === undefined ? {} : { jwks: structuredClone(client.jwks) }),
  ...(client.jwksUri === undefined ? {} : { jwks_uri: client.jwksUri }),
  ...(client.clientUri === undefined ? {} : { client_uri: client.clientUri }),
  latchkey_trusted: client.trusted,
  latchkey_pkce_required: client.pkceRequired,
  latchkey_private_addresses: [...client.privateAddresses],
  ...(client.resource === undefined ? {} : { latchkey_resource: client.resource }),
});

/** A pure resource server signs nobody in; the engine wants redirect URIs of every client that has a flow. */
const flowsOf = (client: Client): AdapterPayload => {
  if (client.redirectUris.length === 0) return { response_types: [], grant_types: [] };
  const withRefresh = scopeTokens(client.scope).includes('offline_access');
  return { response_types: ['code'], grant_types: ['authorization_code', ...(withRefresh ? ['refresh_token'] : [])] };
};

export const isTrusted = (client: EngineClient): boolean => client['latchkey_trusted'] === true;

/** False for a public client: it only says who it is. */
export const provesItself = (client: EngineClient): boolean => client.tokenEndpointAuthMethod !== 'none';

export const isPkceRequired = (client: EngineClient): boolean => client['latchkey_pkce_required'] !== false;

/** `HOST:PORT` pairs that outgoing calls for this client may reach although they are private. */
export const privateAddressesOf = (client: EngineClient): readonly string[] =>
  (client['latchkey_private_addresses'] as readonly string[] | undefined) ?? [];

/** The API that this client is the resource server of. */
export const resourceOf = (client: EngineClient): string | undefined =>
  client['latchkey_resource'] as string | undefined;

/** All that this client may ask for, at APIs too. */
export const registeredScopes = (client: EngineClient): ReadonlySet<string> =>
  new Set(scopeTokens((client['latchkey_scope'] as string | undefined) ?? ''));
