import { OutgoingError } from './outgoing-error.ts';

/** Where a request goes, as far as its URL tells. */
export interface OutgoingTarget {
  readonly url: URL;
  readonly secure: boolean;
  /** A lower-case name, or an IP address in its usual text form without brackets. */
  readonly host: string;
  readonly port: number;
  /** `HOST:PORT`, lower-case, IPv6 in brackets, the port always there: what exceptions are compared with. */
  readonly hostAndPort: string;
  /** An exception names this host and port: http and special-use addresses are allowed. */
  readonly excepted: boolean;
}

/**
 * Reads the URL of an outgoing request. The parser of the URL standard turns every odd spelling of an IPv4 address
 * (`0x7f.1`, `2130706433`, `127.0.0.1.`) into the usual one, so the host is either that or a name to be resolved.
 * @param privateAddresses `HOST:PORT` exceptions, compared exactly but for the case of the host
 * @throws {OutgoingError} `ERR_OUTGOING_URL` or `ERR_OUTGOING_SCHEME`
 */
export function readOutgoingTarget(input: URL | string, privateAddresses: readonly string[]): OutgoingTarget {
  const url = URL.parse(String(input));
  if (url === null) throw new OutgoingError('ERR_OUTGOING_URL', 'the address of an outgoing request is not a URL');

  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') {
    throw new OutgoingError('ERR_OUTGOING_SCHEME', 'outgoing requests go to https addresses only');
  }
  if (url.username !== '' || url.password !== '') {
    throw new OutgoingError(
      'ERR_OUTGOING_URL',
      `the URL of an outgoing request to ${url.host} holds a user name or password`,
    );
  }
  // node:http takes port 0 for "not given" and would connect to the default port instead.
  if (url.port === '0') throw new OutgoingError('ERR_OUTGOING_URL', 'the URL of an outgoing request names port 0');

  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const hostAndPort = `${url.hostname}:${port}`;
  const excepted = privateAddresses.some((exception) => exception.toLowerCase() === hostAndPort);
  if (!secure && !excepted) {
    throw new OutgoingError(
      'ERR_OUTGOING_SCHEME',
      `outgoing requests go to https addresses only, not to http at ${hostAndPort}`,
    );
  }
  return { url, secure, host: url.hostname.replace(/^\[|\]$/g, ''), port, hostAndPort, excepted };
}
