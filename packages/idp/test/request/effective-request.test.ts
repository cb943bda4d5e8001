import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTrustProxy, type TrustProxy } from '../../src/config/trust-proxy.ts';
import { effectiveRequest } from '../../src/http/effective-request.ts';

const NOBODY: TrustProxy = { kind: 'none' };
const ONE_HOP = parseTrustProxy('1');
const TWO_HOPS = parseTrustProxy('2');
const INSIDE = parseTrustProxy('10.0.0.0/8, fd00::/8');

const told = (
  trust: TrustProxy,
  headers: Record<string, string | string[]>,
  socket: { remoteAddress?: string; encrypted?: boolean } = { remoteAddress: '10.0.0.1' },
) => effectiveRequest({ headers: { host: 'accounts.example.org', ...headers }, socket }, trust);

describe('effectiveRequest of a peer that is not trusted', () => {
  const forged = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '192.0.2.66',
    forwarded: 'for=192.0.2.66;host=evil.example;proto=https',
  };
  const own = { host: 'accounts.example.org', scheme: 'http', fromTrustedProxy: false };

  it('believes nothing that is forwarded when no proxy is trusted', () => {
    assert.deepEqual(told(NOBODY, forged), { ...own, clientAddress: '10.0.0.1' });
  });

  it('believes nothing from an address off the list', () => {
    assert.deepEqual(told(INSIDE, forged, { remoteAddress: '192.0.2.1' }), { ...own, clientAddress: '192.0.2.1' });
  });

  it('believes nothing from a Unix socket when addresses are trusted', () => {
    assert.deepEqual(told(INSIDE, forged, {}), { ...own, clientAddress: 'unknown' });
  });

  it('sees the scheme of its own socket', () => {
    assert.equal(told(NOBODY, {}, { remoteAddress: '192.0.2.1', encrypted: true }).scheme, 'https');
  });
});

describe('effectiveRequest of a trusted proxy', () => {
  const forwarded = {
    host: 'upstream:3000',
    'x-forwarded-host': 'accounts.example.org',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '192.0.2.1',
  };
  const expected = {
    host: 'accounts.example.org',
    scheme: 'https',
    clientAddress: '192.0.2.1',
    fromTrustedProxy: true,
  };

  it('believes it by hop count, by address, IPv4-mapped, and on a Unix socket by hop count', () => {
    assert.deepEqual(told(ONE_HOP, forwarded, { remoteAddress: '198.51.100.1' }), expected);
    assert.deepEqual(told(INSIDE, forwarded), expected);
    assert.deepEqual(told(INSIDE, forwarded, { remoteAddress: '::ffff:10.0.0.1' }), expected);
    assert.deepEqual(told(INSIDE, forwarded, { remoteAddress: 'fd00::1' }), expected);
    assert.deepEqual(told(ONE_HOP, forwarded, {}), expected);
  });

  it('takes host and scheme of the request itself where the proxy says nothing', () => {
    assert.deepEqual(told(ONE_HOP, {}), {
      host: 'accounts.example.org',
      scheme: 'http',
      clientAddress: '10.0.0.1',
      fromTrustedProxy: true,
    });
  });

  it('does not read Forwarded', () => {
    const answer = told(ONE_HOP, { forwarded: 'for=192.0.2.66;host=evil.example;proto=https' });
    assert.deepEqual(answer, {
      host: 'accounts.example.org',
      scheme: 'http',
      clientAddress: '10.0.0.1',
      fromTrustedProxy: true,
    });
  });

  const hosts: [string | string[], string | undefined][] = [
    ['Accounts.Example.org', 'accounts.example.org'],
    ['accounts.example.org:443', 'accounts.example.org'],
    ['accounts.example.org:80', 'accounts.example.org:80'],
    ['accounts.example.org:8443', 'accounts.example.org:8443'],
    ['[::1]:443', '[::1]'],
    ['evil.example, accounts.example.org', 'accounts.example.org'],
    ['accounts.example.org, evil.example', 'evil.example'],
    [['accounts.example.org', 'evil.example'], 'evil.example'],
    ['accounts.example.org,', undefined],
    ['', undefined],
    ['user@accounts.example.org', undefined],
    ['accounts.example.org/', undefined],
    ['accounts.example.org#', undefined],
    ['accounts.example.org:', undefined],
    ['accounts.example.org:https', undefined],
    ['accounts.example.org:443:443', undefined],
    ['accounts.example.org evil.example', undefined],
    ['"accounts.example.org"', undefined],
    ['accounts.exampl\u00e9.org', undefined],
    ['accounts.example.org.', 'accounts.example.org.'],
  ];
  for (const [header, host] of hosts) {
    it(`reads X-Forwarded-Host ${JSON.stringify(header)} as ${host ?? 'no host at all'}`, () => {
      assert.equal(told(ONE_HOP, { ...forwarded, 'x-forwarded-host': header }).host, host);
    });
  }

  const schemes: [string, 'http' | 'https', boolean][] = [
    ['https', 'https', true],
    ['HTTPS', 'https', true],
    ['http', 'http', true],
    ['http, https', 'https', true],
    ['https, http', 'http', true],
    ['https,', 'http', false],
    ['', 'http', false],
    ['wss', 'http', false],
    ['https://', 'http', false],
  ];
  for (const [header, scheme, hasHost] of schemes) {
    it(`reads X-Forwarded-Proto ${JSON.stringify(header)} as ${hasHost ? scheme : 'nothing that matches an issuer'}`, () => {
      const answer = told(ONE_HOP, { ...forwarded, 'x-forwarded-proto': header });
      assert.equal(answer.scheme, scheme);
      assert.equal(answer.host !== undefined, hasHost);
    });
  }

  const chains: [string, TrustProxy, string, string][] = [
    ['one hop: the last entry', ONE_HOP, '192.0.2.66, 192.0.2.1', '192.0.2.1'],
    ['one hop: the last entry, though it is on no list', ONE_HOP, '192.0.2.66, 10.0.0.9', '10.0.0.9'],
    ['two hops: the last but one', TWO_HOPS, '192.0.2.66, 192.0.2.1, 198.51.100.1', '192.0.2.1'],
    ['two hops and one entry: that one', TWO_HOPS, '192.0.2.1', '192.0.2.1'],
    ['addresses: the last that is not trusted', INSIDE, '192.0.2.66, 192.0.2.1, 10.0.0.9, 10.0.0.8', '192.0.2.1'],
    ['addresses: the first when all are trusted', INSIDE, '10.0.0.9, 10.0.0.8', '10.0.0.9'],
    ['addresses: what stands before an untrusted one does not count', INSIDE, '10.9.9.9, 192.0.2.1', '192.0.2.1'],
    ['no entry: the peer', INSIDE, '', '10.0.0.1'],
    ['IPv4 with port', ONE_HOP, '192.0.2.1:5044', '192.0.2.1'],
    ['IPv6', ONE_HOP, '2001:DB8::1', '2001:db8::1'],
    ['IPv6 in brackets with port', ONE_HOP, '[2001:db8::1]:443', '2001:db8::1'],
    ['IPv4-mapped IPv6', ONE_HOP, '::ffff:192.0.2.1', '192.0.2.1'],
    ['unknown', ONE_HOP, '192.0.2.66, unknown', 'unknown'],
    ['an empty last entry', ONE_HOP, '192.0.2.66,', 'unknown'],
    ['rubbish behind a trusted address', INSIDE, '192.0.2.66, _hidden, 10.0.0.9', 'unknown'],
    ['brackets around IPv4', ONE_HOP, '[192.0.2.1]', 'unknown'],
  ];
  for (const [what, trust, header, client] of chains) {
    it(`walks X-Forwarded-For from its end; ${what}`, () => {
      assert.equal(told(trust, { 'x-forwarded-for': header }).clientAddress, client);
    });
  }
});
