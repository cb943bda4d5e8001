import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { text as readText } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { OutgoingError, type OutgoingErrorCode } from '../../src/outgoing/outgoing-error.ts';
import { OutgoingHttpClient } from '../../src/outgoing/outgoing-fetch.ts';
import { ask, rejectsWith, serveDrip } from './ask-local-server.ts';
import { serveHttp, serveRaw } from './local-server.ts';

describe('what OutgoingHttpClient sends', () => {
  it('sends what it is given, asks for an identity encoding and uses the connection once', async (t) => {
    const server = await serveHttp(t, async (request, response) => {
      const { method, url, headers } = request;
      response.end(JSON.stringify({ method, url, headers, body: await readText(request) }));
    });
    const answer = await new OutgoingHttpClient().request(`http://127.0.0.1:${server.port}/a%20b?c=d&e#fragment`, {
      method: 'PUT',
      headers: { 'Content-Type': 'text/plain', authorization: 'Bearer x' },
      body: 'grüße',
      privateAddresses: [`127.0.0.1:${server.port}`],
    });
    assert.deepEqual(JSON.parse(answer.text), {
      method: 'PUT',
      url: '/a%20b?c=d&e',
      headers: {
        'content-type': 'text/plain',
        authorization: 'Bearer x',
        'content-length': '7',
        host: `127.0.0.1:${server.port}`,
        'accept-encoding': 'identity',
        connection: 'close',
      },
      body: 'grüße',
    });
  });

  it('sends a form as one', async (t) => {
    const server = await serveHttp(t, async (request, response) => {
      response.end(`${request.headers['content-type']} ${await readText(request)}`);
    });
    const { text } = await new OutgoingHttpClient().request(`http://127.0.0.1:${server.port}/`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: 'a.b+c' }),
      privateAddresses: [`127.0.0.1:${server.port}`],
    });
    assert.equal(text, 'application/x-www-form-urlencoded logout_token=a.b%2Bc');
  });

  it('decides host, framing, encoding and cookies itself, whatever headers it is given', async (t) => {
    const server = await serveHttp(t, (request, response) => {
      request.resume();
      response.setHeader('set-cookie', 'session=1');
      response.end(JSON.stringify(request.headers));
    });
    const client = new OutgoingHttpClient();
    const headers = {
      Host: 'other.example',
      'Transfer-Encoding': 'chunked',
      'Content-Length': '1',
      Connection: 'keep-alive',
      Cookie: 'a=b',
    };
    const init = {
      method: 'POST',
      headers: { ...headers, 'Accept-Encoding': 'gzip' },
      body: 'four',
      privateAddresses: [`127.0.0.1:${server.port}`],
    } as const;
    const expected = {
      host: `127.0.0.1:${server.port}`,
      'content-length': '4',
      connection: 'close',
      'accept-encoding': 'identity',
    };
    for (const _request of ['the first', 'one after a cookie was set']) {
      const { text } = await client.request(`http://127.0.0.1:${server.port}/`, init);
      assert.deepEqual(JSON.parse(text), expected);
    }
    assert.equal(server.connections(), 2, 'a connection was used twice');
  });

  it('takes no notice of proxy variables, even where Node is told to', async (t) => {
    const proxied: string[] = [];
    const proxy = await serveHttp(t, (request, response) => {
      proxied.push(request.url ?? '');
      response.end('from the proxy');
    });
    const server = await serveHttp(t, (_request, response) => response.end('from the server'));
    const module = new URL('../../src/outgoing/outgoing-fetch.ts', import.meta.url).href;
    const address = `127.0.0.1:${server.port}`;
    const program = `
      import { get } from 'node:http';
      import { text } from 'node:stream/consumers';
      import { OutgoingHttpClient } from '${module}';
      const plain = await new Promise((resolve) => get('http://${address}/plain', resolve));
      const init = { method: 'GET', privateAddresses: ['${address}'] };
      const answer = await new OutgoingHttpClient().request('http://${address}/', init);
      console.log(await text(plain), '/', answer.text);`;
    const proxyUrl = `http://127.0.0.1:${proxy.port}`;
    const env = {
      ...process.env,
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: proxyUrl,
      http_proxy: proxyUrl,
      NO_PROXY: '',
      no_proxy: '',
    };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env });
    assert.equal(stdout, 'from the proxy / from the server\n');
    assert.deepEqual(proxied, [`http://${address}/plain`]);
  });
});

describe('what OutgoingHttpClient takes for an answer', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`returns ${status} as it is and does not follow it`, async (t) => {
      const target = await serveHttp(t, (_request, response) => response.end());
      const server = await serveHttp(t, (_request, response) => {
        response.writeHead(status, { location: `http://127.0.0.1:${target.port}/` }).end('moved');
      });
      const privateAddresses = [`127.0.0.1:${server.port}`, `127.0.0.1:${target.port}`];
      const answer = await new OutgoingHttpClient().request(`http://127.0.0.1:${server.port}/`, {
        method: 'POST',
        privateAddresses,
      });
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('location'), `http://127.0.0.1:${target.port}/`);
      assert.deepEqual([answer.text, target.connections(), server.connections()], ['moved', 0, 1]);
    });
  }

  it('returns errors of the server, empty answers and repeated headers as answers', async (t) => {
    const failing = await serveHttp(t, (_request, response) =>
      response
        .writeHead(
          503,
          [
            ['X-Two', 'a'],
            ['x-two', 'b'],
          ].flat(),
        )
        .end('down'),
    );
    const empty = await serveHttp(t, (_request, response) => response.writeHead(204).end());
    const down = await ask(failing);
    assert.deepEqual([down.status, down.text, down.headers.get('x-two')], [503, 'down', 'a, b']);
    const nothing = await ask(empty);
    assert.deepEqual([nothing.status, nothing.text, nothing.bytes.length], [204, '', 0]);
  });

  it('reads the head alone for HEAD, however long the body would be', async (t) => {
    const server = await serveHttp(t, (_request, response) =>
      response.writeHead(200, { 'content-length': '9000000' }).end(),
    );
    const init = { method: 'HEAD', privateAddresses: [`127.0.0.1:${server.port}`] } as const;
    const answer = await new OutgoingHttpClient().request(`http://127.0.0.1:${server.port}/`, init);
    assert.deepEqual([answer.status, answer.text, answer.headers.get('content-length')], [200, '', '9000000']);
  });

  it('skips interim answers and hears no other protocol', async (t) => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n';
    const patient = await serveRaw(t, (socket) =>
      socket.end(`${interim}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`),
    );
    assert.equal((await ask(patient)).text, 'ok');
    const upgrading = await serveRaw(t, (socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    });
    await rejectsWith(ask(upgrading, { timeoutMs: 2000 }), 'ERR_OUTGOING_CONNECT');
  });

  it('accepts 64 KiB and refuses one byte more, announced or not', async (t) => {
    const body = (request: { readonly url?: string | undefined }) => 'x'.repeat(Number(request.url?.split('/')[2]));
    const server = await serveHttp(t, (request, response) => {
      if (request.url?.startsWith('/announced/')) response.setHeader('content-length', body(request).length);
      response.write(body(request).slice(0, 10));
      response.end(body(request).slice(10));
    });
    const privateAddresses = [`127.0.0.1:${server.port}`];
    for (const way of ['announced', 'chunked']) {
      const get = (length: number) =>
        new OutgoingHttpClient().request(`http://127.0.0.1:${server.port}/${way}/${length}`, {
          method: 'GET',
          privateAddresses,
        });
      assert.equal((await get(65_536)).bytes.length, 65_536);
      await rejectsWith(get(65_537), 'ERR_OUTGOING_TOO_LARGE');
    }
  });

  const refusedWhileOpen: readonly (readonly [what: string, head: string, part: string, code: OutgoingErrorCode])[] = [
    ['a body without end', 'HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(10_000), 'ERR_OUTGOING_TOO_LARGE'],
    ['a long body announced', 'HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n', 'x', 'ERR_OUTGOING_TOO_LARGE'],
    ['headers without end', 'HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(5000)}\r\n`, 'ERR_OUTGOING_TOO_LARGE'],
    ['a status that HTTP does not know', 'HTTP/1.1 777 Odd\r\n\r\n', 'x', 'ERR_OUTGOING_CONNECT'],
  ];
  for (const [what, head, part, code] of refusedWhileOpen) {
    it(`refuses ${what} and hangs up`, async (t) => {
      const { server, hungUp } = await serveDrip(t, head, part);
      await rejectsWith(ask(server), code);
      await hungUp;
    });
  }

  const nonsense: readonly (readonly [what: string, answer: string])[] = [
    ['nothing', ''],
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['a status beyond 599', 'HTTP/1.1 777 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['broken chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nsecret\r\n'],
  ];
  for (const [what, answer] of nonsense) {
    it(`refuses ${what} as an answer`, async (t) => {
      const server = await serveRaw(t, (socket) => void socket.once('data', () => socket.end(answer)));
      await rejectsWith(ask(server), 'ERR_OUTGOING_CONNECT');
    });
  }

  it('tells when nobody listens', async (t) => {
    const { promise: freePort, resolve } = Promise.withResolvers<number>();
    await t.test('a port that was in use', async (inner) => resolve((await serveHttp(inner, () => undefined)).port));
    const port = await freePort;
    await assert.rejects(ask({ port, connections: () => 0 }), {
      code: 'ERR_OUTGOING_CONNECT',
      message: `no usable answer from 127.0.0.1:${port} (ECONNREFUSED)`,
    });
  });
});

describe('OutgoingError', () => {
  it('tells nothing of path, query, headers, body or answer', async (t) => {
    const breaking = await serveRaw(t, (socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz secret-answer\r\n'),
      );
    });
    const silent = await serveHttp(t, () => undefined);
    const long = await serveHttp(t, (_request, response) => response.end('secret-answer'.repeat(10_000)));
    const closed = [breaking, silent, long].map(({ port }) => `http://127.0.0.1:${port}/`);
    const privateAddresses = [breaking, silent, long].map(({ port }) => `127.0.0.1:${port}`);
    const client = new OutgoingHttpClient({ timeoutMs: 200 });
    const urls = [
      ...closed,
      'https://127.0.0.1/',
      'http://rp.example/',
      'https://rp.example:0/',
      'https://a:secret-word@rp.example/',
      'https://rp.example:99999/',
    ];
    const codes = new Set<string>();
    for (const url of urls) {
      const request = client.request(`${url}secret-path?token=secret-query#secret-fragment`, {
        method: 'POST',
        headers: { authorization: 'Bearer secret-header' },
        body: 'secret-body',
        privateAddresses,
      });
      const error = await request.then(
        () => assert.fail('an answer'),
        (reason: unknown) => reason,
      );
      assert(error instanceof OutgoingError);
      codes.add(error.code);
      assert.equal(error.cause, undefined);
      assert.doesNotMatch(JSON.stringify([error, error.message, String(error)]), /secret/);
    }
    assert.equal(codes.size, 6, [...codes].join());
  });
});
