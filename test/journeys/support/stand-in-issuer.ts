import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NamedHost } from '../../../tools/stage/named-host.ts';
import type { Claims } from './tokens.ts';

/** An issuer that only says who it is, and signs whatever a test wants. */
export interface StandInIssuer {
  readonly issuer: string;
  /** A compact ES256 JWS. */
  sign(header: Claims, claims: Claims): string;
  /** A logout token of this issuer (Back-Channel Logout 1.0, section 2.4). */
  logoutToken(audience: string, claims: Claims): string;
  /** A Security Event Token of this issuer (RFC 8417) about one person. */
  event(audience: string, sub: string, type: string, event?: Claims, more?: Claims): string;
  close(): Promise<void>;
}

/** Serves it at the first node of a host of the stage. */
export const openStandInIssuer = async ({ origin, ports }: NamedHost): Promise<StandInIssuer> => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'stand-in', alg: 'ES256', use: 'sig' };
  const documents: Readonly<Record<string, object>> = {
    '/.well-known/openid-configuration': {
      issuer: origin,
      jwks_uri: `${origin}/jwks`,
      authorization_endpoint: `${origin}/auth`,
      token_endpoint: `${origin}/token`,
      userinfo_endpoint: `${origin}/userinfo`,
    },
    '/jwks': { keys: [jwk] },
  };
  const server = createServer((request, response) => {
    const document = documents[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  server.listen(ports[0], '127.0.0.1');
  await once(server, 'listening');
  const encoded = (part: Claims): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = (header: Claims, claims: Claims): string => {
    const input = `${encoded({ alg: 'ES256', kid: 'stand-in', ...header })}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  const now = (): number => Math.floor(Date.now() / 1000);
  return {
    issuer: origin,
    sign: signed,
    logoutToken: (aud, claims) => {
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
      const usual = { iss: origin, aud, iat: now(), exp: now() + 120, jti: randomUUID(), events };
      return signed({ typ: 'logout+jwt' }, { ...usual, ...claims });
    },
    event: (aud, sub, type, event = {}, more = {}) => {
      const about = { sub_id: { format: 'iss_sub', iss: origin, sub } };
      const usual = { iss: origin, aud, iat: now(), jti: randomUUID(), txn: randomUUID(), toe: now() };
      return signed({ typ: 'secevent+jwt' }, { ...usual, ...about, events: { [type]: event }, ...more });
    },
    close: async () => {
      if ((server.address() as AddressInfo | null) === null) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
