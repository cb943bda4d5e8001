import type { Checked } from '../account/checked.ts';
import { printableText } from '../account/printable-text.ts';
import type { ClientProblem, ClientProblemCode } from './client-error.ts';
import { checkClientId } from './client-id.ts';
import { checkClientKeys } from './client-keys.ts';
import { idTokenAlgorithms, type Client, type ClientAuthenticationMethod, type IdTokenAlgorithm } from './client.ts';
import { isLoopbackHost } from './loopback-host.ts';
import { outgoingUriFault } from './outgoing-uri.ts';
import { checkPrivateAddress } from './private-address.ts';
import { redirectUriFault } from './redirect-uri.ts';
import { checkResourceScope, checkScope, defaultScope } from './scope.ts';
import { readUri } from './uri.ts';

/** What whoever registers a client says of it; what is left out gets the safe default. */
export interface ClientRegistration {
  readonly clientId: string;
  readonly clientName: string;
  /** May be empty only for a pure resource server, which signs nobody in. */
  readonly redirectUris: readonly string[];
  readonly applicationType?: Client['applicationType'] | undefined;
  /** Default: `client_secret_basic`; for native clients `none`. */
  readonly tokenEndpointAuthMethod?: ClientAuthenticationMethod | undefined;
  readonly postLogoutRedirectUris?: readonly string[] | undefined;
  readonly backchannelLogoutUri?: string | undefined;
  readonly scope?: string | undefined;
  readonly idTokenSignedResponseAlg?: IdTokenAlgorithm | undefined;
  readonly trusted?: boolean | undefined;
  readonly pkceRequired?: boolean | undefined;
  readonly dpopBoundAccessTokens?: boolean | undefined;
  readonly requirePushedAuthorizationRequests?: boolean | undefined;
  readonly privateAddresses?: readonly string[] | undefined;
  readonly jwks?: unknown;
  readonly jwksUri?: string | undefined;
  readonly clientUri?: string | undefined;
  readonly resource?: string | undefined;
  readonly resourceScope?: string | undefined;
}

/** A client without what only storing it gives: times and the hash of its secret. */
export type ClientMetadata = Omit<Client, 'createdAt' | 'updatedAt' | 'disabledAt' | 'secretHash'>;

/** True for the methods that need a secret. */
export const hasSecret = (method: ClientAuthenticationMethod): boolean =>
  method === 'client_secret_basic' || method === 'client_secret_post';

/**
 * Turns a registration into a client, or tells everything that is wrong with it, not just the first.
 * @see RFC 7591, section 2; RFC 8252; RFC 9700, section 2.1
 */
export function registerClient(
  input: ClientRegistration,
):
  | { readonly client: ClientMetadata; readonly problems?: undefined }
  | { readonly problems: readonly ClientProblem[] } {
  const problems: ClientProblem[] = [];
  const refuse = (code: ClientProblemCode, message: string): void => void problems.push({ code, message });
  const take = <Value>(value: Value, checked: Checked<ClientProblemCode, Value>): Value => {
    if (!checked.problem) return checked.value;
    problems.push(checked.problem);
    return value;
  };

  const applicationType = input.applicationType ?? 'web';
  const method = input.tokenEndpointAuthMethod ?? (applicationType === 'native' ? 'none' : 'client_secret_basic');
  const name = printableText(input.clientName, 100);
  const privateAddresses = (input.privateAddresses ?? []).map((address) => take(address, checkPrivateAddress(address)));

  const client: ClientMetadata = {
    clientId: take(input.clientId, checkClientId(input.clientId)),
    clientName: name.fault === undefined ? name.text : input.clientName,
    tokenEndpointAuthMethod: method,
    applicationType,
    redirectUris: unique(input.redirectUris),
    postLogoutRedirectUris: unique(input.postLogoutRedirectUris ?? []),
    backchannelLogoutUri: input.backchannelLogoutUri,
    scope: take(input.scope ?? defaultScope, checkScope(input.scope ?? defaultScope)),
    idTokenSignedResponseAlg: input.idTokenSignedResponseAlg ?? 'RS256',
    trusted: input.trusted ?? false,
    pkceRequired: input.pkceRequired ?? true,
    dpopBoundAccessTokens: input.dpopBoundAccessTokens ?? false,
    requirePushedAuthorizationRequests: input.requirePushedAuthorizationRequests ?? false,
    privateAddresses: unique(privateAddresses),
    jwks: undefined,
    jwksUri: input.jwksUri,
    clientUri: input.clientUri,
    resource: input.resource,
    resourceScope: input.resourceScope,
  };

  if (name.fault !== undefined) refuse('ERR_CLIENT_NAME', `the client name ${name.fault}`);
  checkUris(client, refuse);
  checkKinds(client, refuse);
  const jwks = checkAuthentication(client, input.jwks, refuse);
  const resourceScope = checkResource(client, refuse);
  return problems.length > 0 ? { problems } : { client: { ...client, jwks, resourceScope } };
}

type Refuse = (code: ClientProblemCode, message: string) => void;

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];

/** Shows a URI in a message so that it cannot break the line. */
const quoted = (uri: string): string => JSON.stringify(uri.length > 200 ? `${uri.slice(0, 200)}…` : uri);

function checkUris(client: ClientMetadata, refuse: Refuse): void {
  if (client.redirectUris.length === 0 && client.resource === undefined) {
    refuse(
      'ERR_REDIRECT_URI',
      'at least one redirect URI is needed (only the resource server of an API may have none)',
    );
  }
  for (const uri of client.redirectUris) {
    const fault = redirectUriFault(uri, client.applicationType);
    if (fault) refuse('ERR_REDIRECT_URI', `the redirect URI ${quoted(uri)} ${fault.message}`);
  }
  for (const uri of client.postLogoutRedirectUris) {
    const fault = redirectUriFault(uri, client.applicationType);
    if (fault) refuse('ERR_POST_LOGOUT_REDIRECT_URI', `the post-logout redirect URI ${quoted(uri)} ${fault.message}`);
  }
  if (client.backchannelLogoutUri !== undefined) {
    const fault = outgoingUriFault(client.backchannelLogoutUri, client.privateAddresses);
    if (fault !== undefined) {
      refuse(
        'ERR_BACKCHANNEL_LOGOUT_URI',
        `the back-channel logout URI ${quoted(client.backchannelLogoutUri)} ${fault}`,
      );
    }
  }
  if (client.clientUri !== undefined && !isWebPage(client.clientUri)) {
    refuse('ERR_CLIENT_URI', `the client URI ${quoted(client.clientUri)} must be https (http only on loopback)`);
  }
}

function isWebPage(text: string): boolean {
  const uri = readUri(text);
  if (uri.fault) return false;
  return uri.url.protocol === 'https:' || (uri.url.protocol === 'http:' && isLoopbackHost(uri.url.hostname));
}

function checkKinds(client: ClientMetadata, refuse: Refuse): void {
  const { applicationType, tokenEndpointAuthMethod: method, trusted, pkceRequired } = client;
  if (applicationType === 'native' && method !== 'none') {
    refuse(
      'ERR_AUTH_METHOD',
      'a native client is public: a secret in an installed application is none (RFC 8252, section 8.5)',
    );
  }
  // Another application on the same device can pose as a native client; only the person can tell (RFC 8252, section 8.6).
  if (trusted && applicationType === 'native')
    refuse('ERR_TRUSTED', 'a native client cannot be trusted: it always asks');
  if (!pkceRequired && method === 'none')
    refuse('ERR_PKCE', 'a public client needs PKCE: nothing else protects its codes');
  if (!idTokenAlgorithms.includes(client.idTokenSignedResponseAlg)) {
    refuse('ERR_ID_TOKEN_ALG', `the ID token algorithm must be one of ${idTokenAlgorithms.join(', ')}`);
  }
}

function checkAuthentication(client: ClientMetadata, jwks: unknown, refuse: Refuse): ClientMetadata['jwks'] {
  const { tokenEndpointAuthMethod: method, jwksUri } = client;
  const hasKeys = jwks !== undefined && jwks !== null;
  if (method !== 'private_key_jwt') {
    if (hasKeys || jwksUri !== undefined) refuse('ERR_CLIENT_KEYS', 'keys are only for clients with private_key_jwt');
    return undefined;
  }
  if (hasKeys === (jwksUri !== undefined)) {
    refuse('ERR_CLIENT_KEYS', 'private_key_jwt needs either the public keys (jwks) or the address of them (jwks_uri)');
    return undefined;
  }
  if (jwksUri !== undefined) {
    const fault = outgoingUriFault(jwksUri, client.privateAddresses);
    if (fault !== undefined) refuse('ERR_CLIENT_KEYS', `the jwks_uri ${quoted(jwksUri)} ${fault}`);
    return undefined;
  }
  const checked = checkClientKeys(jwks);
  if (checked.problem) refuse(checked.problem.code, checked.problem.message);
  return checked.value;
}

/** @see RFC 8707, section 2: an absolute URI without fragment */
function checkResource(
  { resource, resourceScope, tokenEndpointAuthMethod }: ClientMetadata,
  refuse: Refuse,
): string | undefined {
  if (resource === undefined) {
    if (resourceScope !== undefined) refuse('ERR_RESOURCE_SCOPE', 'scopes of an API need the API (resource)');
    return undefined;
  }
  const uri = readUri(resource);
  if (uri.fault) {
    refuse('ERR_RESOURCE', `the resource ${quoted(resource)} ${uri.fault.message}`);
  } else if (uri.url.protocol === 'http:' && !isLoopbackHost(uri.url.hostname)) {
    refuse('ERR_RESOURCE', `the resource ${quoted(resource)} must not be http, except on loopback`);
  }
  // A resource server asks what a token is good for; whoever asks must prove who it is (RFC 7662, section 2.1).
  if (tokenEndpointAuthMethod === 'none')
    refuse('ERR_RESOURCE', 'the resource server of an API cannot be a public client');
  const scopes = checkResourceScope(resourceScope ?? '');
  if (scopes.problem) refuse(scopes.problem.code, scopes.problem.message);
  return scopes.value;
}
