import { isIP } from 'node:net';
import { SettingError } from './setting-reader.ts';

/** The issuer: an origin (RFC 6454) and nothing more. */
export interface Issuer {
  /** The issuer identifier as it stands in every token: no trailing slash, no default port. */
  readonly url: string;
  readonly scheme: 'http' | 'https';
  /** As in a Host header: lower case, with the port where it is not the scheme's own, IPv6 in brackets. */
  readonly host: string;
  /** Without port; IPv6 in brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Only this machine reaches it: `localhost`, `*.localhost`, `127.0.0.0/8` or `[::1]`. */
  readonly loopback: boolean;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/**
 * @param text what `ISSUER` holds
 * @throws {SettingError} when it is more than an origin, or plain http beyond loopback
 */
export function parseIssuer(text: string): Issuer {
  const url = parseOrigin(text);
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const { host, hostname } = url;
  const loopback = isLoopbackName(hostname);
  if (hostname.endsWith('.')) throw new SettingError('must be written without a dot after the host name');
  if (url.port === '0') throw new SettingError('cannot have port 0');
  if (scheme === 'http' && !loopback) {
    throw new SettingError(
      'must begin with https:// (http:// is accepted for localhost, *.localhost, 127.0.0.0/8 and [::1] only)',
    );
  }
  const port = url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port);
  return { url: url.origin, scheme, host, hostname, port, loopback };
}

/** Whether the text names a port, even the scheme's own. `URL` forgets that one. */
export const namesPort = (text: string): boolean => /:\d+\/?$/.test(text);

/** The same issuer at another port. */
export const issuerAtPort = (issuer: Issuer, port: number): Issuer =>
  parseIssuer(`${issuer.scheme}://${issuer.hostname}:${port}`);

function parseOrigin(text: string): URL {
  const origin = 'must be an origin such as https://accounts.example.org, without path, query, fragment or credentials';
  // `URL` repairs much (tabs, backslashes, missing slashes, an empty `?`); an issuer is compared byte by byte, so nothing is repaired.
  if (!/^https?:\/\/[^\s/\\?#@]+\/?$/i.test(text)) throw new SettingError(origin);
  try {
    return new URL(text);
  } catch {
    throw new SettingError(origin);
  }
}

function isLoopbackName(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIP(hostname) === 4 ? hostname.startsWith('127.') : /^(?:[^.]+\.)+localhost$/.test(hostname);
}
