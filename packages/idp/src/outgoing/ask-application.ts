import type { AskApplication, NoAnswer, NoAnswerReason } from '@latchkey/application-kind';
import { OutgoingError } from './outgoing-error.ts';
import type { OutgoingHttpClient } from './outgoing-fetch.ts';

/** How Node and OpenSSL say that a certificate does not prove who answers. */
const certificateCodes =
  /^(?:CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/**
 * Asks an application through the outgoing client, under the rules that hold for every call to it: what it cannot be asked now,
 * a logout token could not reach either.
 * @param privateAddresses the `HOST:PORT` exceptions of its client
 */
export const askApplication =
  (client: Pick<OutgoingHttpClient, 'request'>, privateAddresses: readonly string[]): AskApplication =>
  async (url) => {
    try {
      const { status, headers, text } = await client.request(url, {
        method: 'GET',
        headers: { accept: 'application/json' },
        privateAddresses,
      });
      return { answered: true, status, headers, text };
    } catch (error) {
      if (error instanceof OutgoingError) return noAnswer(error);
      throw error;
    }
  };

const noAnswer = (error: OutgoingError): NoAnswer => ({
  answered: false,
  reason: reasonOf(error),
  // Node's own words are lower case and none of the administrator's.
  detail: /^[A-Z0-9_]+$/.test(error.reason ?? '') ? (error.reason ?? '') : '',
});

function reasonOf({ code, reason = '' }: OutgoingError): NoAnswerReason {
  switch (code) {
    case 'ERR_OUTGOING_ADDRESS':
    case 'ERR_OUTGOING_SCHEME': // http is for exceptions alone
      return 'private-address';
    case 'ERR_OUTGOING_TIMEOUT':
      return 'timeout';
    case 'ERR_OUTGOING_TOO_LARGE':
      return 'too-large';
    case 'ERR_OUTGOING_URL':
      return 'other';
    case 'ERR_OUTGOING_CONNECT':
      if (reason === 'ENOTFOUND' || reason === 'EAI_AGAIN') return 'unknown-host';
      if (reason === 'ECONNREFUSED') return 'refused';
      if (certificateCodes.test(reason)) return 'certificate';
      return reason === 'EPROTO' || reason.startsWith('ERR_SSL_') ? 'tls' : 'other';
  }
}
