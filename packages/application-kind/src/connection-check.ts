import type { ApplicationAddresses } from './addresses.ts';

/** An answer of the application, whatever its status; redirects are not followed. */
export interface ApplicationAnswer {
  readonly answered: true;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** The body read as UTF-8. */
  readonly text: string;
}

/**
 * Why there is no answer: the host has no address, one that may not be called, nothing that listens, no certificate that
 * proves it, no TLS; it took too long, it said too much; or something else.
 */
export type NoAnswerReason =
  | 'unknown-host'
  | 'private-address'
  | 'refused'
  | 'certificate'
  | 'tls'
  | 'timeout'
  | 'too-large'
  | 'other';

export interface NoAnswer {
  readonly answered: false;
  readonly reason: NoAnswerReason;
  /** A code of the system or of TLS, such as CERT_HAS_EXPIRED; may be empty. */
  readonly detail: string;
}

/** Asks by GET, without cookies and without following redirects. Does not throw. */
export type AskApplication = (url: string) => Promise<ApplicationAnswer | NoAnswer>;

/** How the application should be connected. */
export interface ExpectedConnection {
  readonly issuer: string;
  readonly clientId: string;
  readonly home: URL;
  readonly addresses: ApplicationAddresses;
}

export type ConnectionProblemCode =
  | 'ERR_CHECK_UNREACHABLE'
  | 'ERR_CHECK_PRIVATE_ADDRESS'
  | 'ERR_CHECK_CERTIFICATE'
  | 'ERR_CHECK_REDIRECT'
  | 'ERR_CHECK_FORBIDDEN'
  | 'ERR_CHECK_FAILING'
  | 'ERR_CHECK_NOT_ACTIVE'
  | 'ERR_CHECK_CACHED'
  | 'ERR_CHECK_ISSUER'
  | 'ERR_CHECK_CLIENT_ID'
  | 'ERR_CHECK_CALLBACK'
  | 'ERR_CHECK_NOT_READY';

/** One thing that is wrong: programs read the code, people the message, which says what to do. */
export interface ConnectionProblem {
  readonly code: ConnectionProblemCode;
  readonly message: string;
  /** It goes away by installing the module and giving it the settings: to be expected until that is done. */
  readonly untilConfigured: boolean;
}
