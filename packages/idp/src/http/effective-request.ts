import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TrustProxy } from '../config/trust-proxy.ts';
import { canonicalAddress, networkOf } from '../domain/network.ts';

/** A request as the browser sent it, before proxies passed it on. */
export interface EffectiveRequest {
  /** As in a Host header: lower case, without the scheme's own port. Undefined when the request does not say plainly where it was sent. */
  readonly host: string | undefined;
  readonly scheme: 'http' | 'https';
  /** A canonical IP address, or `unknown`. Never logged: see `networkOf`. */
  readonly clientAddress: string;
  /** Whether `X-Forwarded-*` was believed. */
  readonly fromTrustedProxy: boolean;
}

/** The parts of Node's request that are read. */
export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean | undefined };
}

/**
 * Tells host, scheme and client address of a request that may have passed proxies.
 *
 * `X-Forwarded-Host` and `X-Forwarded-Proto` count only when the direct peer is trusted. Proxies that append to a list put
 * their own value last, so the last one is taken: it is what the nearest proxy said, and nothing that a client sends gets
 * there. A value that makes no sense leaves the host undefined, which matches no issuer. `X-Forwarded-For` is walked
 * from its end to the first address that is not trusted; an entry that is no address makes the client `unknown`. The peer
 * of a Unix socket has no address and is trusted by hop count only. `Forwarded` (RFC 7239) is not read.
 */
export function effectiveRequest(req: ReceivedRequest, trustProxy: TrustProxy): EffectiveRequest {
  const peer = canonicalAddress(req.socket.remoteAddress ?? '');
  const ownScheme = req.socket.encrypted === true ? 'https' : 'http';
  if (!isTrusted(trustProxy, peer, 0)) {
    const host = parseHost(req.headers.host, ownScheme);
    return { host, scheme: ownScheme, clientAddress: peer ?? 'unknown', fromTrustedProxy: false };
  }
  const forwardedScheme = lastValue(req.headers['x-forwarded-proto'])?.toLowerCase();
  const isPlain = forwardedScheme === undefined || forwardedScheme === 'http' || forwardedScheme === 'https';
  const scheme = isPlain ? (forwardedScheme ?? ownScheme) : ownScheme;
  const host = parseHost(lastValue(req.headers['x-forwarded-host']) ?? req.headers.host, scheme);
  return {
    host: isPlain ? host : undefined,
    scheme,
    clientAddress: clientBehind(trustProxy, peer, req.headers['x-forwarded-for']),
    fromTrustedProxy: true,
  };
}

const remembered = new WeakMap<IncomingMessage, EffectiveRequest>();

/** Keeps what the request was before its headers are pinned to the issuer. */
export function rememberEffectiveRequest(req: IncomingMessage, effective: EffectiveRequest): void {
  remembered.set(req, effective);
}

/** The network that a request came from, for logs, security events and limits; also inside the engine, which has a context of its own. */
export function clientNetwork(req: IncomingMessage): string {
  return networkOf(remembered.get(req)?.clientAddress ?? req.socket.remoteAddress ?? '');
}

/** @param distance 0 for the direct peer, 1 for the one before it */
function isTrusted(trustProxy: TrustProxy, address: string | undefined, distance: number): boolean {
  if (trustProxy.kind === 'none') return false;
  if (trustProxy.kind === 'hops') return distance < trustProxy.hops;
  return address !== undefined && trustProxy.includes(address);
}

function clientBehind(
  trustProxy: TrustProxy,
  peer: string | undefined,
  forwardedFor: string | string[] | undefined,
): string {
  let client = peer;
  const entries = valuesOf(forwardedFor);
  for (const [index, entry] of entries.toReversed().entries()) {
    client = addressOf(entry);
    if (client === undefined || !isTrusted(trustProxy, client, index + 1)) break;
  }
  return client ?? 'unknown';
}

// Some proxies add the port; IPv6 then stands in brackets.
function addressOf(entry: string): string | undefined {
  const [, bracketed] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? canonicalAddress(bracketed) : undefined;
  return canonicalAddress(entry.replace(/^([\d.]+):\d{1,5}$/, '$1'));
}

/** Node joins repeated headers with a comma, so a list and a repetition look the same. */
function valuesOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text.trim() === '' ? [] : text.split(',').map((value) => value.trim());
}

const lastValue = (header: string | string[] | undefined): string | undefined =>
  header === undefined ? undefined : (valuesOf(header).at(-1) ?? '');

function parseHost(text: string | undefined, scheme: 'http' | 'https'): string | undefined {
  const [, name, port] = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/.exec(text?.toLowerCase() ?? '') ?? [];
  if (name === undefined) return undefined;
  const ownPort = scheme === 'https' ? 443 : 80;
  return port === undefined || Number(port) === ownPort ? name : `${name}:${port}`;
}
