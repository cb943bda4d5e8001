import { decodeJwt } from 'jose';
import { errors, type Client, type Provider } from 'oidc-provider';

/**
 * A request to the end-session endpoint, checked.
 * @see OpenID Connect RP-Initiated Logout 1.0, sections 2 and 3
 */
export interface EndSessionRequest {
  readonly client: Client | undefined;
  /** From the ID token hint, which this issuer signed for this client. */
  readonly hint: { readonly sub: string; readonly sid: string | undefined } | undefined;
  /** Registered by the client, exactly; undefined when none was asked for or no client is known. */
  readonly postLogoutRedirectUri: string | undefined;
  readonly state: string | undefined;
}

const parameterNames = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'ui_locales', 'logout_hint'];

/** Why the request cannot be answered. The message may be shown: it holds nothing of the request. */
export class EndSessionRequestError extends Error {
  override readonly name = 'EndSessionRequestError';
  readonly code: 'invalid_request' | 'invalid_client';

  constructor(code: 'invalid_request' | 'invalid_client', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The endpoint's parameters of a query or form. @throws {EndSessionRequestError} for one that came twice */
export const endSessionParameters = (entries: Iterable<readonly [string, string]>): Map<string, string> => {
  const parameters = new Map<string, string>();
  for (const [name, value] of entries) {
    if (!parameterNames.includes(name) || value === '') continue;
    if (parameters.has(name)) {
      throw new EndSessionRequestError('invalid_request', 'a parameter must not be sent more than once');
    }
    parameters.set(name, value);
  }
  return parameters;
};

/** @throws {EndSessionRequestError} */
export const readEndSessionRequest = async (
  provider: Provider,
  parameters: ReadonlyMap<string, string>,
): Promise<EndSessionRequest> => {
  const idToken = parameters.get('id_token_hint');
  const claims = idToken === undefined ? undefined : decodeHint(idToken);
  const clientId = claims?.aud ?? parameters.get('client_id');
  if (claims !== undefined && parameters.has('client_id') && parameters.get('client_id') !== claims.aud) {
    throw new EndSessionRequestError('invalid_request', 'client_id does not match the id_token_hint');
  }
  const client = clientId === undefined ? undefined : await provider.Client.find(clientId);
  if (clientId !== undefined && !client) {
    throw new EndSessionRequestError('invalid_client', 'this application is not registered');
  }
  if (idToken !== undefined && client) await verifyHint(provider, idToken, client);
  const postLogoutRedirectUri = client && parameters.get('post_logout_redirect_uri');
  if (client && postLogoutRedirectUri !== undefined && !client.postLogoutRedirectUriAllowed(postLogoutRedirectUri)) {
    throw new EndSessionRequestError('invalid_request', 'post_logout_redirect_uri is not registered');
  }
  return {
    client,
    hint: claims && { sub: claims.sub, sid: claims.sid },
    postLogoutRedirectUri,
    state: parameters.get('state'),
  };
};

const decodeHint = (idToken: string): { aud: string; sub: string; sid: string | undefined } => {
  try {
    const { aud, sub, sid } = decodeJwt(idToken);
    if (typeof aud !== 'string' || typeof sub !== 'string') throw new TypeError('aud and sub must be strings');
    return { aud, sub, sid: typeof sid === 'string' ? sid : undefined };
  } catch (cause) {
    throw new EndSessionRequestError('invalid_request', 'id_token_hint is not an ID token', { cause });
  }
};

/** Signature, issuer and audience; an expired ID token is a good hint (RP-Initiated Logout 1.0, section 2). */
const verifyHint = async (provider: Provider, idToken: string, client: Client): Promise<void> => {
  try {
    await provider.IdToken.validate(idToken, client);
  } catch (cause) {
    if (cause instanceof errors.OIDCProviderError && cause.statusCode >= 500) throw cause;
    throw new EndSessionRequestError('invalid_request', 'id_token_hint was not issued here for this application', {
      cause,
    });
  }
};
