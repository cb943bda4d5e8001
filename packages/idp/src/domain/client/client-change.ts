import type { Client } from './client.ts';
import type { ClientRegistration } from './register-client.ts';

/** Only what is present changes; `null` clears. A client keeps its id and its kind (web or native). */
export interface ClientChange {
  readonly clientName?: string | undefined;
  readonly tokenEndpointAuthMethod?: Client['tokenEndpointAuthMethod'] | undefined;
  readonly redirectUris?: readonly string[] | undefined;
  readonly postLogoutRedirectUris?: readonly string[] | undefined;
  readonly backchannelLogoutUri?: string | null | undefined;
  readonly scope?: string | undefined;
  readonly idTokenSignedResponseAlg?: Client['idTokenSignedResponseAlg'] | undefined;
  readonly trusted?: boolean | undefined;
  readonly pkceRequired?: boolean | undefined;
  readonly dpopBoundAccessTokens?: boolean | undefined;
  readonly requirePushedAuthorizationRequests?: boolean | undefined;
  readonly privateAddresses?: readonly string[] | undefined;
  readonly jwks?: unknown;
  readonly jwksUri?: string | undefined;
  readonly clientUri?: string | null | undefined;
  readonly resource?: string | null | undefined;
  readonly resourceScope?: string | undefined;
}

/**
 * The registration that the client would have had with the change in it, for `registerClient` to judge as a whole. Keys
 * go with the method that needs them, an address of keys replaces keys and the other way round, and the scopes of an API
 * go with the API.
 */
export function changedRegistration(client: Client, change: ClientChange): ClientRegistration {
  const method = change.tokenEndpointAuthMethod ?? client.tokenEndpointAuthMethod;
  const changesKeys = change.jwks !== undefined || change.jwksUri !== undefined;
  const keepsKeys = method === 'private_key_jwt' && !changesKeys;
  const keys = keepsKeys ? client : change;
  const resource = changed(change.resource, client.resource);
  return {
    clientId: client.clientId,
    applicationType: client.applicationType,
    clientName: change.clientName ?? client.clientName,
    tokenEndpointAuthMethod: method,
    redirectUris: change.redirectUris ?? client.redirectUris,
    postLogoutRedirectUris: change.postLogoutRedirectUris ?? client.postLogoutRedirectUris,
    backchannelLogoutUri: changed(change.backchannelLogoutUri, client.backchannelLogoutUri),
    scope: change.scope ?? client.scope,
    idTokenSignedResponseAlg: change.idTokenSignedResponseAlg ?? client.idTokenSignedResponseAlg,
    trusted: change.trusted ?? client.trusted,
    pkceRequired: change.pkceRequired ?? client.pkceRequired,
    dpopBoundAccessTokens: change.dpopBoundAccessTokens ?? client.dpopBoundAccessTokens,
    requirePushedAuthorizationRequests:
      change.requirePushedAuthorizationRequests ?? client.requirePushedAuthorizationRequests,
    privateAddresses: change.privateAddresses ?? client.privateAddresses,
    jwks: keys.jwks,
    jwksUri: keys.jwksUri,
    clientUri: changed(change.clientUri, client.clientUri),
    resource,
    resourceScope: change.resourceScope ?? (resource === undefined ? undefined : client.resourceScope),
  };
}

/** Undefined leaves as it is, null clears. */
const changed = (change: string | null | undefined, before: string | undefined): string | undefined =>
  change === undefined ? before : (change ?? undefined);
