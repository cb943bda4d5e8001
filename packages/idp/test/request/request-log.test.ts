import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import supertest from 'supertest';
import { parseIssuer } from '../../src/config/issuer.ts';
import { parseTrustProxy } from '../../src/config/trust-proxy.ts';
import { guardHost } from '../../src/http/guard-host.ts';
import { loggedPath, requestLog } from '../../src/http/request-log.ts';
import { createLogger } from '../../src/logging.ts';
import { listening, serverOf } from './raw-exchange.ts';

type Line = Record<string, unknown>;

function logged(...middlewares: Middleware[]) {
  const lines: Line[] = [];
  const arrived = Promise.withResolvers<Line>();
  const logger = createLogger({
    level: 'debug',
    destination: {
      write: (text) => {
        const line = JSON.parse(text) as Line;
        lines.push(line);
        arrived.resolve(line);
      },
    },
  });
  const app = new Koa();
  app.on('error', () => undefined);
  app.use(requestLog(logger));
  for (const middleware of middlewares) app.use(middleware);
  return { app, lines, first: arrived.promise };
}

describe('requestLog', () => {
  it('writes one line for one request, with what is needed and nothing else', async () => {
    const { app, lines, first } = logged((ctx) => {
      ctx.body = 'secret answer';
    });
    const request = supertest(app.callback()).post('/session/end?id_token_hint=eyJhbGciOi&state=abc');
    const { headers } = await request
      .set('Cookie', '__Host-session=c00kie')
      .set('Authorization', 'Bearer t0ken')
      .type('form')
      .send('password=hunter2');
    const { time, pid, durationMs, requestId, ...rest } = await first;
    assert.deepEqual(rest, {
      level: 'info',
      method: 'POST',
      path: '/session/end',
      status: 200,
      network: '127.0.0.0/24',
      msg: 'request',
    });
    assert.equal(requestId, headers['x-request-id']);
    assert.match(String(requestId), /^[0-9a-f]{16}$/);
    assert.ok(typeof durationMs === 'number' && durationMs >= 0 && typeof pid === 'number' && typeof time === 'string');
    assert.equal(lines.length, 1);
  });

  it('names the route where a router took the request', async () => {
    const router = new Router();
    router.get('/accounts/:id', (ctx) => {
      ctx.body = 'ok';
    });
    const { app, first } = logged(router.routes() as unknown as Middleware);
    await supertest(app.callback()).get('/accounts/ann').expect(200);
    assert.equal((await first)['path'], '/accounts/:id');
  });

  it('tells why a request was refused, so that a forgotten TRUST_PROXY is found', async () => {
    const { app, first } = logged(guardHost(parseIssuer('https://accounts.example.org'), parseTrustProxy('192.0.2.1')));
    await supertest(app.callback()).get('/').set('Host', 'accounts.example.org').expect(421);
    const { refusal, status } = await first;
    assert.deepEqual({ refusal, status }, { refusal: 'ERR_HTTP_WRONG_SCHEME', status: 421 });
  });

  it('logs the network of the client, not of the proxy', async () => {
    const { app, first } = logged(guardHost(parseIssuer('http://localhost:3000'), parseTrustProxy('1')));
    await supertest(app.callback()).get('/').set('Host', 'localhost:3000').set('X-Forwarded-For', '203.0.113.7');
    assert.equal((await first)['network'], '203.0.113.0/24');
  });

  it('logs errors as errors and health checks for debugging only', async () => {
    const failing = logged(() => {
      throw new Error('boom');
    });
    await supertest(failing.app.callback()).get('/').expect(500);
    assert.equal((await failing.first)['level'], 'error');
    const healthy = logged((ctx) => {
      ctx.body = 'ok';
    });
    await supertest(healthy.app.callback()).get('/health/ready?x=1').expect(200);
    assert.equal((await healthy.first)['level'], 'debug');
  });

  it('logs a request whose client went away', { timeout: 5000 }, async () => {
    const { app, first } = logged(async () => {
      socket.destroy();
      await first;
    });
    const server = serverOf(app);
    const socket = connect(await listening(server), '127.0.0.1').on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.equal((await first)['aborted'], true);
    server.close();
    await once(server, 'close');
  });
});

describe('loggedPath', () => {
  const rows: [string, string][] = [
    ['/', '/'],
    ['/?code=abc', '/'],
    ['/cb#token', '/cb'],
    ['/interaction/V1StGXR8', '/interaction/:uid'],
    ['/interaction/V1StGXR8/login?x=1', '/interaction/:uid/login'],
    ['/Interaction/V1StGXR8/login', '/Interaction/:uid/login'],
    ['/auth/V1StGXR8', '/auth/:uid'],
    ['/auth?client_id=notes', '/auth'],
    ['http://user:pass@evil.example/x', '(not a path)'],
    ['*', '(not a path)'],
    ['', '(not a path)'],
    [`/${'a'.repeat(500)}`, `/${'a'.repeat(199)}`],
  ];
  for (const [target, path] of rows)
    it(`of ${target.slice(0, 40) || 'nothing'} is ${path.slice(0, 40)}`, () => assert.equal(loggedPath(target), path));
});
