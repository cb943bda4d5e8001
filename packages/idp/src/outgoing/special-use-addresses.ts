import { BlockList, isIP } from 'node:net';

/** Every range of the IANA IPv4 special-purpose registry, and multicast. The few that are reachable serve no web. */
const specialIpv4Ranges: readonly (readonly [network: string, prefixLength: number])[] = [
  ['0.0.0.0', 8], // this network; Linux takes 0.0.0.0 for itself
  ['10.0.0.0', 8], // private use
  ['100.64.0.0', 10], // shared address space of carriers; also the metadata service of some clouds
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local; the metadata service of most clouds
  ['172.16.0.0', 12], // private use
  ['192.0.0.0', 24], // IETF protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112, often answered by a server nearby
  ['192.52.193.0', 24], // AMT relays
  ['192.88.99.0', 24], // 6to4 relays, deprecated
  ['192.168.0.0', 16], // private use
  ['192.175.48.0', 24], // AS112 again
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and the limited broadcast address
];

/** Where packets to IPv4 hosts go through a translator (RFC 6052): the last 32 bits are the address that counts. */
const nat64Prefix = '64:ff9b::';

/**
 * The special ranges inside 2000::/3. All others (`::`, `::1`, IPv4-mapped and IPv4-compatible, 64:ff9b:1::/48,
 * 100::/64, 5f00::/16, fc00::/7, fe80::/10, fec0::/10, ff00::/8) lie outside it, where only NAT64 is reachable.
 */
const specialIpv6Ranges: readonly (readonly [network: string, prefixLength: number])[] = [
  ['2001::', 23], // IETF protocol assignments: Teredo (which embeds an IPv4 address), benchmarking, ORCHID and others
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which embeds an IPv4 address
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
];

// One list per family: in a common one, node:net lets an IPv4 address match an IPv6 rule that covers ::ffff:0:0/96.
const specialIpv4 = new BlockList();
const specialIpv6 = new BlockList();
const reachableIpv6 = new BlockList();

for (const [network, prefixLength] of specialIpv4Ranges) {
  specialIpv4.addSubnet(network, prefixLength, 'ipv4');
  specialIpv6.addSubnet(nat64Prefix + network, 96 + prefixLength, 'ipv6');
}
for (const [network, prefixLength] of specialIpv6Ranges) specialIpv6.addSubnet(network, prefixLength, 'ipv6');
reachableIpv6.addSubnet('2000::', 3, 'ipv6');
reachableIpv6.addSubnet(nat64Prefix, 96, 'ipv6');

/**
 * Whether an address is loopback, private, link-local, multicast, reserved or of any other special use, so that no
 * outgoing call may go there by itself. True too for whatever is not an IP address in its usual text form.
 * Prefixes that a network chose for its own NAT64 cannot be known here.
 * @see RFC 6890 and the IANA special-purpose address registries
 */
export function isSpecialUse(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return specialIpv4.check(address, 'ipv4');
    case 6:
      return !reachableIpv6.check(address, 'ipv6') || specialIpv6.check(address, 'ipv6');
    default:
      return true;
  }
}
