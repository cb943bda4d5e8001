/**
 * - `ERR_ISSUER_KEYS_UNAVAILABLE`: the issuer's keys cannot be read at the moment; nothing is known of the token.
 * - `ERR_ISSUER_KEY_UNKNOWN`: the issuer publishes no key, or more than one, that the token may be signed with.
 */
export type IssuerKeysErrorCode = 'ERR_ISSUER_KEYS_UNAVAILABLE' | 'ERR_ISSUER_KEY_UNKNOWN';

/** Why there is no key to check a signature with. */
export class IssuerKeysError extends Error {
  override readonly name = 'IssuerKeysError';
  readonly code: IssuerKeysErrorCode;

  constructor(code: IssuerKeysErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
