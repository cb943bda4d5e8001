import type { TokenFault } from './read-signed-token.ts';

/** `SUBJECT`: not a `sub_id` of a person of this issuer, or a `sub`. `CLAIMS`: new claims that cannot be read. */
export type SecurityEventErrorCode = `ERR_SECURITY_EVENT_${TokenFault | 'SUBJECT' | 'CLAIMS'}`;

/** Why a security event was refused. The message holds nothing of the token and may be answered to its sender. */
export class SecurityEventError extends Error {
  override readonly name = 'SecurityEventError';
  readonly code: SecurityEventErrorCode;

  constructor(code: SecurityEventErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
