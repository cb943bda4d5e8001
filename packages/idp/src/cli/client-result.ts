import type { Client } from '../domain/client/client.ts';
import type { ClientWithSecret } from '../domain/client/manage-clients.ts';
import { defined, epochSeconds, type CommandResult, type Json } from './command-result.ts';

/** A client by the names of RFC 7591 (section 2) and of its extensions, and by our own where there are none. */
export const clientResult = (client: Client): CommandResult =>
  defined({
    client_id: client.clientId,
    client_id_issued_at: epochSeconds(client.createdAt),
    client_name: client.clientName,
    client_uri: client.clientUri,
    application_type: client.applicationType,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    backchannel_logout_uri: client.backchannelLogoutUri,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    // It came as JSON and was stored as JSON.
    jwks: client.jwks as Json | undefined,
    jwks_uri: client.jwksUri,
    scope: client.scope,
    id_token_signed_response_alg: client.idTokenSignedResponseAlg,
    dpop_bound_access_tokens: client.dpopBoundAccessTokens,
    require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
    pkce_required: client.pkceRequired,
    trusted: client.trusted,
    private_addresses: client.privateAddresses,
    resource: client.resource,
    resource_scope: client.resourceScope,
    updated_at: epochSeconds(client.updatedAt),
    disabled: client.disabledAt !== undefined,
    disabled_at: epochSeconds(client.disabledAt),
  });

/** With the new secret, if one was made (RFC 7591, section 3.2.1: 0 is "does not expire"). */
export const clientWithSecretResult = ({ client, clientSecret }: ClientWithSecret): CommandResult => ({
  ...clientResult(client),
  ...(clientSecret !== undefined && { client_secret: clientSecret, client_secret_expires_at: 0 }),
});
