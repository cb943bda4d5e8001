import { isLoopbackHost } from './loopback-host.ts';
import { privateAddressOf } from './private-address.ts';
import { readUri } from './uri.ts';

/**
 * What is wrong with a URI that Latchkey itself calls for a client (back-channel logout, `jwks_uri`), as the end of a
 * sentence; undefined when nothing is. It must be https and not on this machine, unless its host and port are among the
 * client's exceptions. Whether a name leads to a private address is seen when it is called.
 */
export function outgoingUriFault(text: string, privateAddresses: readonly string[]): string | undefined {
  const uri = readUri(text);
  if (uri.fault) return uri.fault.message;
  const { protocol, hostname } = uri.url;
  if (protocol !== 'https:' && protocol !== 'http:') return 'must be https';
  const address = privateAddressOf(uri.url);
  if (privateAddresses.includes(address)) return undefined;
  return protocol === 'http:' || isLoopbackHost(hostname)
    ? `must be https and not on loopback, or have the exception ${address} among the private addresses of this client`
    : undefined;
}
