import type { Client } from './client.ts';
import { isLoopbackHost } from './loopback-host.ts';
import { readUri, type UriFault, type UriFaultCode } from './uri.ts';

type ApplicationType = Client['applicationType'];

export type RedirectUriFault = UriFault<UriFaultCode | 'wildcard' | 'scheme'>;

/** The loopback hosts whose port a native client chooses when it starts (RFC 8252, section 7.3). */
const nativeLoopback = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::([1-9]\d{0,4}))?([/?].*)?$/;

/**
 * What is wrong with a URI that shall be registered, for sign-in or for after sign-out; undefined when nothing is.
 * Web: https, or http on loopback. Native: the same with http only on the three usual loopback hosts, or a private-use
 * scheme with a dot (RFC 8252, section 7.1). No fragment, no user information, no wildcard. Whoever registers it keeps
 * the string as it is: it is compared character by character (RFC 9700, section 2.1).
 */
export function redirectUriFault(text: string, applicationType: ApplicationType): RedirectUriFault | undefined {
  const uri = readUri(text);
  if (uri.fault) return uri.fault;
  if (text.includes('*')) {
    return { code: 'wildcard', message: 'must not have a wildcard (*): it is compared character by character' };
  }
  const { protocol, hostname } = uri.url;
  if (applicationType === 'web') {
    return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname))
      ? undefined
      : { code: 'scheme', message: 'must be https (http only on loopback)' };
  }
  const isNative =
    protocol === 'https:'
      ? !isLoopbackHost(hostname)
      : protocol === 'http:'
        ? nativeLoopback.test(text)
        : protocol.includes('.');
  return isNative
    ? undefined
    : {
        code: 'scheme',
        message:
          'must be https, http on localhost, 127.0.0.1 or [::1], or a private-use scheme with a dot (com.example.app:/callback)',
      };
}

/**
 * True when the URI of a request is one of those registered, character by character. Only a native client's http URI on
 * loopback may differ in its port (RFC 8252, section 7.3).
 */
export function redirectUriMatches(
  registered: readonly string[],
  requested: string,
  applicationType: ApplicationType,
): boolean {
  if (registered.includes(requested)) return true;
  if (applicationType !== 'native') return false;
  const portless = withoutLoopbackPort(requested);
  return portless !== undefined && registered.some((uri) => withoutLoopbackPort(uri) === portless);
}

function withoutLoopbackPort(uri: string): string | undefined {
  const [, host, port, rest = ''] = nativeLoopback.exec(uri) ?? [];
  return host === undefined || Number(port ?? 80) > 65_535 ? undefined : host + rest;
}
