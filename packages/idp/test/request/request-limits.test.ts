import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import {
  BODY_LIMIT_BYTES,
  closeServer,
  createHttpServer,
  HEADER_LIMIT_BYTES,
  limitBody,
} from '../../src/http/request-limits.ts';
import { bodyOf, listening, rawExchange, request, serverOf, statusOf } from './raw-exchange.ts';

describe('createHttpServer', () => {
  const app = new Koa();
  app.use(limitBody());
  app.use(async (ctx) => {
    ctx.body = `read ${(await text(ctx.req)).length}`;
  });
  const server = serverOf(app);
  let port = 0;
  before(async () => {
    port = await listening(server);
  });
  after(() => server.close());

  it('gives up on a connection in time, but keeps it longer than a proxy does', () => {
    assert.ok(server.headersTimeout <= 10_000 && server.requestTimeout <= 30_000);
    assert.ok(server.keepAliveTimeout > 65_000);
  });

  it('accepts headers and bodies up to the limit', async () => {
    const long = 'a'.repeat(HEADER_LIMIT_BYTES - 200);
    assert.equal(statusOf(await rawExchange(port, request('GET / HTTP/1.1', 'Host: x', `X-Long: ${long}`))), 200);
    const body = 'a'.repeat(BODY_LIMIT_BYTES);
    const answer = await rawExchange(
      port,
      Buffer.concat([request('POST / HTTP/1.1', 'Host: x', `Content-Length: ${body.length}`), Buffer.from(body)]),
    );
    assert.equal(bodyOf(answer), `read ${BODY_LIMIT_BYTES}`);
  });

  const long = 'a'.repeat(HEADER_LIMIT_BYTES);
  const rows: [string, Buffer, number, string][] = [
    [
      'headers above 16 KiB',
      request('GET / HTTP/1.1', 'Host: x', `X-Long: ${long}`),
      431,
      'The request headers are too large.\n',
    ],
    [
      'many headers',
      request('GET / HTTP/1.1', 'Host: x', ...Array<string>(1500).fill('X-Header: 1')),
      431,
      'The request headers are too large.\n',
    ],
    [
      'a request line above 16 KiB',
      request(`GET /${long} HTTP/1.1`, 'Host: x'),
      431,
      'The request headers are too large.\n',
    ],
    [
      'headers of a megabyte',
      request('GET / HTTP/1.1', 'Host: x', `X-Long: ${'a'.repeat(1_000_000)}`),
      431,
      'The request headers are too large.\n',
    ],
    [
      'an announced body above 64 KiB',
      request('POST / HTTP/1.1', 'Host: x', `Content-Length: ${BODY_LIMIT_BYTES + 1}`),
      413,
      'The request body is too large.\n',
    ],
    [
      'an announced body of a terabyte',
      request('POST / HTTP/1.1', 'Host: x', 'Content-Length: 1000000000000'),
      413,
      'The request body is too large.\n',
    ],
    ['what is no HTTP', Buffer.from('hello\r\n\r\n'), 400, 'Bad request.\n'],
    ['TLS on the plain port', Buffer.from('16030100a5010000a10303', 'hex'), 400, 'Bad request.\n'],
    [
      'two lengths',
      request('POST / HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Content-Length: 2'),
      400,
      'Bad request.\n',
    ],
    [
      'a length and chunks',
      request('POST / HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
      400,
      'Bad request.\n',
    ],
    ['control characters in a header', request('GET / HTTP/1.1', 'Host: x', 'X-A: \u0001'), 400, 'Bad request.\n'],
    ['a header without a colon', request('GET / HTTP/1.1', 'Host: x', 'X-A'), 400, 'Bad request.\n'],
  ];
  for (const [what, bytes, status, body] of rows) {
    it(`answers ${status} to ${what}`, async () => {
      const answer = await rawExchange(port, bytes);
      assert.equal(statusOf(answer), status, answer.slice(0, 200));
      assert.equal(bodyOf(answer), body);
      assert.match(answer, /\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
    });
  }

  it('answers 413 at once and still reads what a busy client sends', async () => {
    const body = Buffer.alloc(1_000_000, 'a');
    const answer = await rawExchange(
      port,
      Buffer.concat([request('POST / HTTP/1.1', 'Host: x', `Content-Length: ${body.length}`), body]),
    );
    assert.equal(statusOf(answer), 413);
  });

  it('answers 408 to a request that does not arrive in time', async (t) => {
    const slow = createHttpServer(() => assert.fail('no request arrived'));
    t.after(() => slow.close());
    const answer = rawExchange(await listening(slow), 'GET / HTTP/1.1\r\nHost: x\r\n');
    const [socket] = (await once(slow, 'connection')) as [Socket];
    slow.emit('clientError', Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
    assert.equal(statusOf(await answer), 408);
    assert.equal(bodyOf(await answer), 'The request took too long to arrive.\n');
  });

  it('writes no second answer into one that has begun', async (t) => {
    const half = createHttpServer((_req, res) => {
      res.writeHead(200, { 'Content-Length': '10' });
      res.write('half');
    });
    t.after(() => half.close());
    const socket = connect(await listening(half), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [begun] = (await once(socket, 'data')) as [Buffer];
    let more = 0;
    socket.on('data', (chunk: Buffer) => {
      more += chunk.length;
    });
    socket.write('rubbish\r\n\r\n');
    await once(socket, 'close');
    assert.equal(bodyOf(begun.toString('latin1')), 'half');
    assert.equal(more, 0);
  });
});

describe('closeServer', () => {
  const held = () => {
    const responses: ServerResponse[] = [];
    const server = createHttpServer((_req: IncomingMessage, res: ServerResponse) => {
      responses.push(res);
      server.emit('held');
    });
    return { server, responses };
  };
  const answerTo = async (port: number, agent: Agent) => {
    const [response] = (await once(get({ port, host: '127.0.0.1', agent }), 'response')) as [IncomingMessage];
    return { body: await text(response), connection: response.headers.connection };
  };

  it('waits for a running request, then ends its kept-alive connection', { timeout: 10_000 }, async () => {
    const { server, responses } = held();
    const agent = new Agent({ keepAlive: true });
    const answer = answerTo(await listening(server), agent);
    await once(server, 'held');
    const closed = closeServer(server, 60_000);
    responses[0]?.end('done');
    assert.equal((await answer).body, 'done');
    assert.equal(await closed, 'drained');
    agent.destroy();
  });

  it('does not wait for connections that are idle or never sent anything', { timeout: 10_000 }, async () => {
    const server = createHttpServer((_req, res) => res.end('done'));
    const port = await listening(server);
    const agent = new Agent({ keepAlive: true });
    await answerTo(port, agent);
    const accepted = once(server, 'connection');
    const silent = connect(port, '127.0.0.1').on('error', () => undefined);
    await accepted;
    assert.equal(await closeServer(server, 60_000), 'drained');
    agent.destroy();
    silent.destroy();
  });

  it('accepts nothing new', { timeout: 10_000 }, async () => {
    const server = createHttpServer((_req, res) => res.end('done'));
    const port = await listening(server);
    await closeServer(server, 60_000);
    const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
  });

  it('cuts off what takes longer than the grace', { timeout: 10_000 }, async () => {
    const { server } = held();
    const answer = rawExchange(await listening(server), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(server, 'held');
    assert.equal(await closeServer(server, 50), 'cut off');
    assert.equal(await answer, '');
  });
});
