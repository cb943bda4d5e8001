/** The signing algorithms of ID tokens and logout tokens that a client can choose from. */
export const idTokenAlgorithms = ['RS256', 'ES256'] as const;
export type IdTokenAlgorithm = (typeof idTokenAlgorithms)[number];

export const clientAuthenticationMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const;
export type ClientAuthenticationMethod = (typeof clientAuthenticationMethods)[number];

/** An application as it is registered here; the names are those of RFC 7591 in camel case. */
export interface Client {
  readonly clientId: string;
  readonly clientName: string;
  /** A keyed hash; undefined for clients that have no secret. */
  readonly secretHash: Buffer | undefined;
  readonly tokenEndpointAuthMethod: ClientAuthenticationMethod;
  /** A native client always asks the person, and may use loopback redirect URIs with any port (RFC 8252). */
  readonly applicationType: 'web' | 'native';
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly backchannelLogoutUri: string | undefined;
  /** Scopes that this client may ask for, separated by single spaces. */
  readonly scope: string;
  readonly idTokenSignedResponseAlg: IdTokenAlgorithm;
  /** First-party: no consent page. */
  readonly trusted: boolean;
  readonly pkceRequired: boolean;
  readonly dpopBoundAccessTokens: boolean;
  readonly requirePushedAuthorizationRequests: boolean;
  /** `HOST:PORT` pairs that outgoing calls for this client may reach although they are private. */
  readonly privateAddresses: readonly string[];
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] } | undefined;
  readonly jwksUri: string | undefined;
  readonly clientUri: string | undefined;
  /** The API that this client is the resource server of, named by its identifier (RFC 8707). */
  readonly resource: string | undefined;
  /** Scopes of that API, separated by single spaces. */
  readonly resourceScope: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly disabledAt: Date | undefined;
}
