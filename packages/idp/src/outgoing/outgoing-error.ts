export type OutgoingErrorCode =
  | 'ERR_OUTGOING_ADDRESS'
  | 'ERR_OUTGOING_SCHEME'
  | 'ERR_OUTGOING_TIMEOUT'
  | 'ERR_OUTGOING_TOO_LARGE'
  | 'ERR_OUTGOING_CONNECT'
  | 'ERR_OUTGOING_URL';

/**
 * Why an outgoing request got no answer. The message names host and port at most, never path, query, headers or bodies.
 * It has no `cause`: node's own errors carry the whole URL (`input`) or bytes of the answer (`rawPacket`) into logs.
 */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError';
  readonly code: OutgoingErrorCode;
  /** Node's code for what happened, such as ECONNREFUSED or CERT_HAS_EXPIRED, where there is one. */
  readonly reason: string | undefined;

  constructor(code: OutgoingErrorCode, message: string, reason?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}
