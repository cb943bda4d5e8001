/**
 * The network an address belongs to, as logs, security events and rate limits hold it: IPv4 `/24` (`203.0.113.0/24`),
 * IPv6 `/56` (`2001:db8:0:ab00::/56`), in canonical text (RFC 5952). A /56 is what one household commonly gets
 * (RIPE-690), so changing the last bits of one's own network does not make one somebody else.
 * @returns `unknown` for what is no address, such as the peer of a Unix socket
 */
export function networkOf(address: string): string {
  const canonical = canonicalAddress(address);
  if (canonical === undefined) return 'unknown';
  if (isIpv4(canonical)) return `${canonical.split('.').slice(0, 3).join('.')}.0/24`;
  const [first = 0, second = 0, third = 0, fourth = 0] = groupsOf(canonical);
  const groups = [first, second, third, fourth & 0xff00].map((group) => group.toString(16));
  return `${compressed(`${groups.join(':')}::`)}/56`;
}

/**
 * One way to write each address: IPv6 compressed and in lower case without a zone, IPv4 in dots also where it came as
 * IPv4-mapped IPv6 (RFC 4291, section 2.5.5.2).
 * @returns undefined for what is no address
 */
export function canonicalAddress(address: string): string | undefined {
  const [withoutZone = ''] = address.split('%');
  if (isIpv4(withoutZone)) return withoutZone;
  if (!/^[0-9a-f:.]+$/i.test(withoutZone) || !URL.canParse(`http://[${withoutZone}]`)) return undefined;
  const canonical = compressed(withoutZone);
  const groups = groupsOf(canonical);
  if (!/^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(canonical)) return canonical;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

const isIpv4 = (text: string): boolean => /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);

// The URL parser writes IPv6 hosts canonically, a dotted end as hexadecimal groups.
const compressed = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** The eight 16-bit groups of a canonical IPv6 address. */
function groupsOf(canonical: string): number[] {
  const [head = '', tail = ''] = canonical.split('::');
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [start, end] = [parse(head), parse(tail)];
  return [...start, ...Array<number>(8 - start.length - end.length).fill(0), ...end];
}
