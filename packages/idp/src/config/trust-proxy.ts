import { BlockList, isIP } from 'node:net';
import { canonicalAddress } from '../domain/network.ts';
import { SettingError } from './setting-reader.ts';

/** Whose `X-Forwarded-*` headers are believed. */
export type TrustProxy =
  | { readonly kind: 'none' }
  /** So many proxies stand one behind the other in front of this process, whatever their addresses. */
  | { readonly kind: 'hops'; readonly hops: number }
  /** @property includes takes an address as `canonicalAddress` writes it */
  | { readonly kind: 'addresses'; readonly includes: (address: string) => boolean };

const MAX_HOPS = 10;

/**
 * @param text a number of proxies, or a list of addresses and networks in CIDR notation
 * @throws {SettingError}
 */
export function parseTrustProxy(text: string): TrustProxy {
  if (/^\d+$/.test(text)) {
    const hops = Number(text);
    if (hops < 1 || hops > MAX_HOPS)
      throw new SettingError(`must be a number of proxies from 1 to ${MAX_HOPS}, or their addresses`);
    return { kind: 'hops', hops };
  }
  const trusted = new BlockList();
  for (const entry of text.split(',')) addEntry(trusted, entry.trim());
  return { kind: 'addresses', includes: (address) => isIP(address) !== 0 && trusted.check(address, family(address)) };
}

function addEntry(trusted: BlockList, entry: string): void {
  const [address = '', length, ...rest] = entry.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  if (canonicalAddress(address) === undefined || address.includes('%') || rest.length > 0) {
    throw new SettingError(
      'must be a number of proxies, or a comma-separated list of addresses and networks such as 10.0.0.0/8',
    );
  }
  // The kernel's way to write IPv4 on an IPv6 socket; the address is compared as IPv4, so such a rule would never match.
  if (bits === 128 && isIP(canonicalAddress(address) ?? '') === 4)
    throw new SettingError('must name IPv4 proxies in IPv4 notation');
  if (length === undefined) {
    trusted.addAddress(address, family(address));
    return;
  }
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (prefix === 0) throw new SettingError('must not trust every address (/0): give the number of proxies instead');
  if (!(prefix <= bits)) throw new SettingError(`must have a prefix length from 1 to ${bits} after the slash`);
  trusted.addSubnet(address, prefix, family(address));
}

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');
