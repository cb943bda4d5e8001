/**
 * - `ERR_ISSUER_UNREACHABLE`: no answer, or one of a server that is ill.
 * - `ERR_ISSUER_REFUSED`: an OAuth error; `oauthError` has its code.
 * - `ERR_ISSUER_ANSWER`: an answer that a conforming issuer does not give, or that is not for us.
 */
export type IssuerErrorCode = 'ERR_ISSUER_UNREACHABLE' | 'ERR_ISSUER_REFUSED' | 'ERR_ISSUER_ANSWER';

/** The message holds no token, code or address of a person. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';
  readonly code: IssuerErrorCode;
  /** RFC 6749, sections 4.1.2.1 and 5.2; OpenID Connect Core 1.0, section 3.1.2.6. */
  readonly oauthError: string | undefined;

  constructor(code: IssuerErrorCode, message: string, options: ErrorOptions & { readonly oauthError?: string } = {}) {
    super(message, options);
    this.code = code;
    this.oauthError = options.oauthError;
  }
}
