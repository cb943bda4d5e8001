import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import { parseIssuer } from '../../src/config/issuer.ts';
import { parseTrustProxy, type TrustProxy } from '../../src/config/trust-proxy.ts';
import { clientNetwork } from '../../src/http/effective-request.ts';
import { guardHost } from '../../src/http/guard-host.ts';
import { bodyOf, listening, rawExchange, request, serverOf, statusOf } from './raw-exchange.ts';

interface Reached {
  readonly url: string;
  readonly koa: { path: string; originalUrl: string; origin: string; ip: string };
  readonly headers: IncomingHttpHeaders;
  readonly network: string;
}

/** A server whose application, behind the guard, tells what reached it. */
function guarded(issuer: string, trustProxy: TrustProxy): Server {
  const app = new Koa({ proxy: true });
  app.use(guardHost(parseIssuer(issuer), trustProxy));
  app.use((ctx) => {
    const { path, originalUrl, ip } = ctx;
    const origin = `${ctx.protocol}://${ctx.host}`;
    ctx.body = {
      url: ctx.req.url,
      koa: { path, originalUrl, origin, ip },
      headers: ctx.req.headers,
      network: clientNetwork(ctx.req),
    };
  });
  return serverOf(app);
}

const reached = (answer: string): Reached => {
  assert.equal(statusOf(answer), 200, answer);
  return JSON.parse(bodyOf(answer)) as Reached;
};

describe('guardHost in front of an issuer that is served directly', () => {
  const server = guarded('http://localhost:3000', { kind: 'none' });
  let port = 0;
  before(async () => {
    port = await listening(server);
  });
  after(() => server.close());

  it('lets through what was sent to the issuer', async () => {
    const { url, network } = reached(
      await rawExchange(port, request('GET /profile?a=%C3%A9 HTTP/1.1', 'Host: LOCALHOST:3000')),
    );
    assert.equal(url, '/profile?a=%C3%A9');
    assert.equal(network, '127.0.0.0/24');
  });

  it('pins host, scheme and client address and takes everything else that is forwarded away', async () => {
    const forged = [
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: https',
      'X-Forwarded-For: 192.0.2.66',
      'X-Forwarded-Port: 1',
      'X-Forwarded-Prefix: /x',
      'Forwarded: host=evil.example',
    ];
    const { headers, koa } = reached(
      await rawExchange(port, request('GET / HTTP/1.1', 'Host: localhost:3000', ...forged)),
    );
    assert.deepEqual(headers, {
      host: 'localhost:3000',
      connection: 'close',
      'x-forwarded-host': 'localhost:3000',
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '127.0.0.1',
    });
    assert.equal(koa.origin, 'http://localhost:3000');
    assert.equal(koa.ip, '127.0.0.1');
  });

  it('turns an absolute request target of the issuer into origin form', async () => {
    for (const [target, url] of [
      ['http://localhost:3000/auth?x=1', '/auth?x=1'],
      ['HTTP://LocalHost:3000', '/'],
      ['http://localhost:3000?x=1', '/?x=1'],
    ]) {
      const answer = reached(await rawExchange(port, request(`GET ${target} HTTP/1.1`, 'Host: localhost:3000')));
      assert.equal(answer.url, url);
      assert.equal(answer.koa.originalUrl, url);
    }
  });

  it('leaves other sites’ cookies alone, whatever they hold', async () => {
    reached(await rawExchange(port, request('GET / HTTP/1.1', 'Host: localhost:3000', 'Cookie: name=Jos\u00e9')));
  });

  const BAD_TARGET = 'Bad request: this address is not written correctly.\n';
  const BAD_HEADER = 'Bad request: a header holds characters that are not ASCII.\n';
  const TWICE = 'Bad request: a header that may be sent once came twice.\n';
  const MISDIRECTED = 'Misdirected request: this server answers under another address.\n';
  const HOST = 'Host: localhost:3000';
  const rows: [string, string[], number, string][] = [
    ['another host', ['GET / HTTP/1.1', 'Host: evil.example'], 421, MISDIRECTED],
    ['another port', ['GET / HTTP/1.1', 'Host: localhost:3001'], 421, MISDIRECTED],
    ['the host without its port', ['GET / HTTP/1.1', 'Host: localhost'], 421, MISDIRECTED],
    ['the address instead of the name', ['GET / HTTP/1.1', 'Host: 127.0.0.1:3000'], 421, MISDIRECTED],
    ['a dot after the host', ['GET / HTTP/1.1', 'Host: localhost.:3000'], 421, MISDIRECTED],
    ['credentials before the host', ['GET / HTTP/1.1', 'Host: localhost:3000@evil.example'], 421, MISDIRECTED],
    ['two hosts in one header', ['GET / HTTP/1.1', 'Host: localhost:3000, evil.example'], 421, MISDIRECTED],
    ['an empty host', ['GET / HTTP/1.1', 'Host:'], 421, MISDIRECTED],
    ['no host, HTTP/1.0', ['GET / HTTP/1.0'], 421, MISDIRECTED],
    ['no host, whatever is forwarded', ['GET / HTTP/1.0', 'X-Forwarded-Host: localhost:3000'], 421, MISDIRECTED],
    [
      'another host with the right one forwarded',
      ['GET / HTTP/1.1', 'Host: evil.example', 'X-Forwarded-Host: localhost:3000'],
      421,
      MISDIRECTED,
    ],
    ['an absolute target of another host', ['GET http://evil.example/ HTTP/1.1', HOST], 421, MISDIRECTED],
    [
      'an absolute target with credentials',
      ['GET http://localhost:3000@evil.example/ HTTP/1.1', HOST],
      421,
      MISDIRECTED,
    ],
    ['two Host headers', ['GET / HTTP/1.1', HOST, 'Host: evil.example'], 400, TWICE],
    ['two equal Host headers', ['GET / HTTP/1.1', HOST, HOST], 400, TWICE],
    [
      'two Authorization headers',
      ['GET / HTTP/1.1', HOST, 'Authorization: Bearer a', 'authorization: Bearer b'],
      400,
      TWICE,
    ],
    ['two DPoP headers', ['GET / HTTP/1.1', HOST, 'DPoP: a', 'DPoP: b'], 400, TWICE],
    ['a host that is not ASCII', ['GET / HTTP/1.1', 'Host: localh\u00f6st:3000'], 400, BAD_HEADER],
    ['credentials that are not ASCII', ['GET / HTTP/1.1', HOST, 'Authorization: Basic \u00e9'], 400, BAD_HEADER],
    ['an ETag that is not ASCII', ['GET / HTTP/1.1', HOST, 'If-None-Match: "\u00e9"'], 400, BAD_HEADER],
    ['broken percent-encoding in the path', ['GET /a%zz HTTP/1.1', HOST], 400, BAD_TARGET],
    ['broken percent-encoding in the query', ['GET /a?b=% HTTP/1.1', HOST], 400, BAD_TARGET],
    ['a path that is not UTF-8', ['GET /%ff HTTP/1.1', HOST], 400, BAD_TARGET],
    ['a query that is not UTF-8', ['GET /?a=%c3%28 HTTP/1.1', HOST], 400, BAD_TARGET],
    ['an overlong encoding', ['GET /%c0%af HTTP/1.1', HOST], 400, BAD_TARGET],
    ['NUL in the path', ['GET /a%00b HTTP/1.1', HOST], 400, BAD_TARGET],
    ['NUL in the query', ['GET /?login_hint=%00 HTTP/1.1', HOST], 400, BAD_TARGET],
    ['raw bytes in the path', ['GET /caf\u00e9 HTTP/1.1', HOST], 400, 'Bad request.\n'],
    ['two slashes at the start', ['GET //evil.example/ HTTP/1.1', HOST], 400, BAD_TARGET],
    ['two slashes within', ['GET /a//b HTTP/1.1', HOST], 400, BAD_TARGET],
    ['two slashes after the issuer', ['GET http://localhost:3000//evil.example/ HTTP/1.1', HOST], 400, BAD_TARGET],
    ['a backslash', ['GET /\\evil.example/ HTTP/1.1', HOST], 400, BAD_TARGET],
    ['a fragment', ['GET /#a HTTP/1.1', HOST], 400, BAD_TARGET],
    ['an asterisk', ['OPTIONS * HTTP/1.1', HOST], 400, BAD_TARGET],
    ['bad encoding on a health path', ['GET /health/live?%ff HTTP/1.1', HOST], 400, BAD_TARGET],
  ];
  for (const [what, lines, status, body] of rows) {
    it(`answers ${status} to ${what}`, async () => {
      const answer = await rawExchange(port, request(...lines));
      assert.equal(statusOf(answer), status, answer);
      assert.equal(bodyOf(answer), body);
      assert.match(answer, /\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
      assert.match(answer, /\r\nCache-Control: no-store\r\n/);
      assert.ok(!answer.includes('evil'));
    });
  }

  it('accepts two slashes in a query', async () => {
    reached(await rawExchange(port, request('GET /auth?redirect_uri=https://app.example.org//cb HTTP/1.1', HOST)));
  });

  it('lets health checks through under any host, unpinned', async () => {
    for (const path of ['/health/live', '/health/ready?verbose']) {
      const { headers } = reached(await rawExchange(port, request(`GET ${path} HTTP/1.1`, 'Host: 10.1.2.3:3000')));
      assert.equal(headers.host, '10.1.2.3:3000');
    }
  });

  for (const path of [
    '/health/live/',
    '/health',
    '/health/live%2f',
    '/HEALTH/live',
    '/x/health/live',
    '/?/health/live',
  ]) {
    it(`does not take ${path} for a health check`, async () => {
      assert.equal(statusOf(await rawExchange(port, request(`GET ${path} HTTP/1.1`, 'Host: 10.1.2.3:3000'))), 421);
    });
  }
});

describe('guardHost behind a proxy that ends TLS', () => {
  const trusting = guarded('https://accounts.example.org', parseTrustProxy('127.0.0.1'));
  const foreign = guarded('https://accounts.example.org', parseTrustProxy('192.0.2.1'));
  let ports = { trusting: 0, foreign: 0 };
  before(async () => {
    ports = { trusting: await listening(trusting), foreign: await listening(foreign) };
  });
  after(() => {
    trusting.close();
    foreign.close();
  });

  it('lets through what the proxy received for the issuer, and knows the client', async () => {
    const lines = [
      'Host: accounts.example.org',
      'X-Forwarded-Proto: https',
      'X-Forwarded-For: 192.0.2.66, 203.0.113.7',
    ];
    const { headers, koa, network } = reached(await rawExchange(ports.trusting, request('GET / HTTP/1.1', ...lines)));
    assert.equal(koa.origin, 'https://accounts.example.org');
    assert.equal(koa.ip, '203.0.113.7');
    assert.equal(headers['x-forwarded-for'], '203.0.113.7');
    assert.equal(network, '203.0.113.0/24');
  });

  it('lets through a request that the proxy passes on under another name', async () => {
    const lines = ['Host: idp:3000', 'X-Forwarded-Host: accounts.example.org:443', 'X-Forwarded-Proto: https'];
    assert.equal(
      reached(await rawExchange(ports.trusting, request('GET / HTTP/1.1', ...lines))).headers.host,
      'accounts.example.org',
    );
  });

  const rows: [string, 'trusting' | 'foreign', string[]][] = [
    ['a request over http', 'trusting', ['Host: accounts.example.org', 'X-Forwarded-Proto: http']],
    ['a proxy that does not tell the scheme', 'trusting', ['Host: accounts.example.org']],
    ['a scheme that makes no sense', 'trusting', ['Host: accounts.example.org', 'X-Forwarded-Proto: htps']],
    [
      'another host forwarded',
      'trusting',
      ['Host: accounts.example.org', 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https'],
    ],
    [
      'two hosts forwarded',
      'trusting',
      [
        'Host: accounts.example.org',
        'X-Forwarded-Host: accounts.example.org',
        'X-Forwarded-Host: evil.example',
        'X-Forwarded-Proto: https',
      ],
    ],
    ['a proxy that is not trusted', 'foreign', ['Host: accounts.example.org', 'X-Forwarded-Proto: https']],
  ];
  for (const [what, server, lines] of rows) {
    it(`answers 421 to ${what}`, async () => {
      const answer = await rawExchange(ports[server], request('GET / HTTP/1.1', ...lines));
      assert.equal(statusOf(answer), 421);
      assert.equal(bodyOf(answer), 'Misdirected request: this server answers under another address.\n');
    });
  }
});
