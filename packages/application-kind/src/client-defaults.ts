/** How a client of this kind is registered; the names are those of RFC 7591 in camel case. */
export interface ClientDefaults {
  /** Separated by single spaces. */
  readonly scope: string;
  readonly idTokenSignedResponseAlg: 'RS256' | 'ES256';
  readonly tokenEndpointAuthMethod: 'client_secret_basic' | 'client_secret_post';
  readonly pkceRequired: boolean;
}
