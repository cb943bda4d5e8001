import type { TokenFault } from './read-signed-token.ts';

/** `SUBJECT`: neither `sub` nor `sid`, or one that is no identifier. `REPLAYED`: a `jti` that was used before. */
export type LogoutTokenErrorCode = `ERR_LOGOUT_TOKEN_${TokenFault | 'NONCE' | 'SUBJECT' | 'REPLAYED'}`;

/** Why a logout token was refused. The message holds nothing of the token and may be answered to its sender. */
export class LogoutTokenError extends Error {
  override readonly name = 'LogoutTokenError';
  readonly code: LogoutTokenErrorCode;

  constructor(code: LogoutTokenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
