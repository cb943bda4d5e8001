import { isDeepStrictEqual } from 'node:util';
import type { CheckedApplication, RegisteredApplication } from '../domain/application/connect-applications.ts';
import type { ClientMetadata } from '../domain/client/register-client.ts';
import { defined, type CommandResult, type Json } from './command-result.ts';

/** What connecting an application decides about its client, by the names of `clientResult`. */
const clientMembers = (client: ClientMetadata): CommandResult =>
  defined({
    client_name: client.clientName,
    client_uri: client.clientUri,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    backchannel_logout_uri: client.backchannelLogoutUri,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    scope: client.scope,
    id_token_signed_response_alg: client.idTokenSignedResponseAlg,
    dpop_bound_access_tokens: client.dpopBoundAccessTokens,
    require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
    pkce_required: client.pkceRequired,
    trusted: client.trusted,
    private_addresses: client.privateAddresses,
  });

/** With the new secret, if one was made; `changed` names the members that were otherwise before. */
export function registeredApplicationResult(registered: RegisteredApplication): CommandResult {
  const { kind, issuer, before, client, secret, clientSecret } = registered;
  const members = clientMembers(client);
  const membersBefore = before && clientMembers(before);
  const changed = Object.keys(members).filter((name) => !isDeepStrictEqual(members[name], membersBefore?.[name]));
  return defined({
    kind: kind.name,
    issuer,
    client_id: client.clientId,
    registered: before === undefined,
    changed: before === undefined ? undefined : changed,
    secret,
    client_secret: clientSecret,
    client_secret_expires_at: clientSecret === undefined ? undefined : 0,
    ...members,
  });
}

export const checkedApplicationResult = ({ checkUri, problems }: CheckedApplication): CommandResult => ({
  check_uri: checkUri,
  ready: problems.length === 0,
  problems: problems.map(({ code, message, untilConfigured }): Json => ({
    error: code,
    error_description: message,
    until_configured: untilConfigured,
  })),
});
