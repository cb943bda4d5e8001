import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { OutgoingHttpClient } from '../../src/outgoing/outgoing-fetch.ts';
import { ask, rejectsWith, serveDrip } from './ask-local-server.ts';
import { serveHttp, serveRaw } from './local-server.ts';

describe('the time limit of OutgoingHttpClient', () => {
  const timeoutMs = 200;

  it('ends a request whose name is never resolved, and connects nowhere when the answer comes late', async (t) => {
    const server = await serveHttp(t, (_request, response) => response.end());
    const { promise: answer, resolve } = Promise.withResolvers<{ address: string }[]>();
    const client = new OutgoingHttpClient({ resolve: () => answer, timeoutMs });
    const init = { method: 'GET', privateAddresses: [`rp.example:${server.port}`] } as const;
    await rejectsWith(client.request(`http://rp.example:${server.port}/`, init), 'ERR_OUTGOING_TIMEOUT');
    resolve([{ address: '127.0.0.1' }]);
    await ask(server);
    assert.equal(server.connections(), 1);
  });

  it('ends a request to a server that never answers', async (t) => {
    const server = await serveHttp(t, () => undefined);
    await rejectsWith(ask(server, { timeoutMs }), 'ERR_OUTGOING_TIMEOUT');
  });

  it('ends a TLS handshake that never comes to an end', async (t) => {
    const server = await serveRaw(t, () => undefined);
    await rejectsWith(ask(server, { timeoutMs }, 'https'), 'ERR_OUTGOING_TIMEOUT');
  });

  const drips: readonly (readonly [what: string, head: string, part: string])[] = [
    ['headers', 'HTTP/1.1 200 OK\r\nx: ', 'y'],
    ['interim answers', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a body with a length', 'HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n', 'x'],
    ['a body that ends with its connection', 'HTTP/1.1 200 OK\r\n\r\n', 'x'],
    ['a body in chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
  ];
  for (const [what, head, part] of drips) {
    it(`ends ${what} that arrive drop by drop, and hangs up`, async (t) => {
      const { server, hungUp } = await serveDrip(t, head, part);
      await rejectsWith(ask(server, { timeoutMs }), 'ERR_OUTGOING_TIMEOUT');
      await hungUp;
    });
  }

  it('gives way to an earlier end by the caller', async (t) => {
    const { server, hungUp } = await serveDrip(t, 'HTTP/1.1 200 OK\r\n\r\n', 'x');
    const init = { method: 'GET', privateAddresses: [`127.0.0.1:${server.port}`] } as const;
    const url = `http://127.0.0.1:${server.port}/`;
    const client = new OutgoingHttpClient({ timeoutMs: 60_000 });
    await rejectsWith(client.request(url, { ...init, signal: AbortSignal.timeout(100) }), 'ERR_OUTGOING_TIMEOUT');
    await hungUp;
    await rejectsWith(client.request(url, { ...init, signal: AbortSignal.abort() }), 'ERR_OUTGOING_TIMEOUT');
    assert.equal(server.connections(), 1);
  });
});

describe('a client without options', () => {
  it('waits 5 seconds', async (t) => {
    const server = await serveHttp(t, () => undefined);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const refused = rejectsWith(ask(server), 'ERR_OUTGOING_TIMEOUT');
    t.mock.timers.tick(4999);
    const early = await Promise.race([refused.then(() => 'ended'), setImmediate('waiting')]);
    assert.equal(early, 'waiting');
    t.mock.timers.tick(1);
    await refused;
  });
});
