/**
 * True for a host that never leaves the machine: `localhost` and names below it (RFC 6761, section 6.3), 127.0.0.0/8 and
 * ::1, as `URL.hostname` writes them.
 */
export const isLoopbackHost = (hostname: string): boolean =>
  hostname === '[::1]' ||
  /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname) ||
  /^(?:[a-z0-9-]+\.)*localhost$/.test(hostname);
