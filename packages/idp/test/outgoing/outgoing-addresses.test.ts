import assert from 'node:assert/strict';
import { Socket, type LookupFunction, type SocketConnectOpts } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import type { OutgoingErrorCode } from '../../src/outgoing/outgoing-error.ts';
import { OutgoingHttpClient } from '../../src/outgoing/outgoing-fetch.ts';
import { rejectsWith } from './ask-local-server.ts';
import { makeCertificate, serveHttp, serveHttps } from './local-server.ts';

const certificate = makeCertificate('DNS:rp.example,IP:127.0.0.1');

/** Answers each question for a name with the next list of addresses, and counts the questions. */
function resolverOf(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const resolve = async (hostname: string) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    return answer.map((address) => ({ address }));
  };
  return { asked, resolve };
}

type Connect = (this: Socket, options: SocketConnectOpts, listener: () => void) => Socket;

interface LookupConnect {
  readonly host: string;
  readonly lookup: LookupFunction;
}

/**
 * No packet may leave the machine, so connections to a public host are recorded and then led to `port` on loopback.
 * Every lookup hook is asked twice: its second answer is what a rebinding would use.
 */
function leadToLoopback(t: TestContext, port: number): string[][] {
  const answers: string[][] = [];
  const { value: connect } = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect') as { value: Connect };
  t.mock.method(Socket.prototype, 'connect', function (this: Socket, options: LookupConnect, listener: () => void) {
    for (const _time of ['first', 'second']) {
      options.lookup(options.host, { all: true }, (_error, found) => {
        answers.push(Array.isArray(found) ? found.map(({ address }) => address) : [found]);
      });
    }
    return connect.call(this, { host: '127.0.0.1', port }, listener);
  });
  return answers;
}

describe('the addresses that OutgoingHttpClient goes to', () => {
  it('connects to the checked address of a name, resolved once, and verifies the certificate for it', async (t) => {
    const server = await serveHttps(t, certificate, (request, response) => response.end(`for ${request.headers.host}`));
    const answers = leadToLoopback(t, server.port);
    const { asked, resolve } = resolverOf(['8.8.8.8', '2600::1'], ['127.0.0.1']);
    const client = new OutgoingHttpClient({ resolve, ca: certificate.cert });

    const { status, text } = await client.request('https://rp.example/', { method: 'GET' });

    assert.deepEqual([status, text], [200, 'for rp.example']);
    assert.deepEqual(asked, ['rp.example']);
    assert.deepEqual(answers, [
      ['8.8.8.8', '2600::1'],
      ['8.8.8.8', '2600::1'],
    ]);
  });

  it('refuses a public host whose certificate names another', async (t) => {
    const server = await serveHttps(t, certificate, (_request, response) => response.end());
    leadToLoopback(t, server.port);
    const client = new OutgoingHttpClient({ resolve: resolverOf(['8.8.8.8']).resolve, ca: certificate.cert });
    await rejectsWith(client.request('https://other.example/', { method: 'GET' }), 'ERR_OUTGOING_CONNECT');
    await rejectsWith(client.request('https://8.8.8.8/', { method: 'GET' }), 'ERR_OUTGOING_CONNECT');
  });

  const badAnswers: readonly (readonly string[])[] = [
    ['127.0.0.1'],
    ['8.8.8.8', '127.0.0.1'],
    ['127.0.0.1', '8.8.8.8'],
    ['2600::1', '8.8.8.8', '::1'],
    ['8.8.8.8', '10.0.0.1'],
    ['169.254.169.254'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['8.8.8.8', 'not an address'],
  ];
  for (const answer of badAnswers) {
    it(`refuses a name with the addresses ${answer.join(', ')}`, async (t) => {
      const server = await serveHttps(t, certificate, (_request, response) => response.end());
      const { asked, resolve } = resolverOf(answer);
      const client = new OutgoingHttpClient({ resolve, ca: certificate.cert });
      await rejectsWith(
        client.request(`https://rp.example:${server.port}/`, { method: 'GET' }),
        'ERR_OUTGOING_ADDRESS',
      );
      assert.deepEqual([asked.length, server.connections()], [1, 0]);
    });
  }

  const literals = [
    [
      '127.0.0.1',
      '127.1',
      '0x7f.1',
      '0x7f000001',
      '2130706433',
      '0177.0.0.1',
      '127.0.0.1.',
      '%31%32%37.0.0.1',
      '１２７.0.0.1',
    ],
    ['0.0.0.0', '0', '10.0.0.1', '169.254.169.254', '255.255.255.255'],
    [
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::127.0.0.1]',
      '[2002:7f00:1::]',
      '[fd00::1]',
      '[fe80::1]',
    ],
  ].flat();
  for (const literal of literals) {
    it(`refuses the host ${literal} without asking the resolver`, async (t) => {
      const server = await serveHttps(t, certificate, (_request, response) => response.end());
      const { asked, resolve } = resolverOf(['8.8.8.8']);
      const client = new OutgoingHttpClient({ resolve, ca: certificate.cert });
      await rejectsWith(
        client.request(`https://${literal}:${server.port}/`, { method: 'GET' }),
        'ERR_OUTGOING_ADDRESS',
      );
      assert.deepEqual([asked.length, server.connections()], [0, 0]);
    });
  }

  it('refuses localhost by the resolver of the operating system, with a trailing dot or without', async (t) => {
    const server = await serveHttps(t, certificate, (_request, response) => response.end());
    const client = new OutgoingHttpClient({ ca: certificate.cert });
    await rejectsWith(client.request(`https://localhost:${server.port}/`, { method: 'GET' }), 'ERR_OUTGOING_ADDRESS');
    const { asked, resolve } = resolverOf(['127.0.0.1']);
    const dotted = new OutgoingHttpClient({ resolve, ca: certificate.cert });
    await rejectsWith(dotted.request(`https://localhost.:${server.port}/`, { method: 'GET' }), 'ERR_OUTGOING_ADDRESS');
    assert.deepEqual(asked, ['localhost.']);
    assert.equal(server.connections(), 0);
  });

  it('tells a name that does not resolve from one that may not be reached', async () => {
    const nowhere = new OutgoingHttpClient({ resolve: resolverOf([]).resolve });
    await rejectsWith(nowhere.request('https://rp.example/', { method: 'GET' }), 'ERR_OUTGOING_CONNECT');
    const failing = new OutgoingHttpClient({
      resolve: () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })),
    });
    await assert.rejects(failing.request('https://rp.example/', { method: 'GET' }), {
      code: 'ERR_OUTGOING_CONNECT',
      message: 'no usable answer from rp.example:443 (ENOTFOUND)',
    });
  });

  const badUrls: readonly (readonly [url: string, code: OutgoingErrorCode])[] = [
    ['http://rp.example/', 'ERR_OUTGOING_SCHEME'],
    ['http://127.0.0.1:PORT/', 'ERR_OUTGOING_SCHEME'],
    ['ftp://rp.example/', 'ERR_OUTGOING_SCHEME'],
    ['file:///etc/passwd', 'ERR_OUTGOING_SCHEME'],
    ['data:text/plain,x', 'ERR_OUTGOING_SCHEME'],
    ['javascript:0', 'ERR_OUTGOING_SCHEME'],
    ['unix:/run/some.sock', 'ERR_OUTGOING_SCHEME'],
    ['https://user@rp.example/', 'ERR_OUTGOING_URL'],
    ['https://user:word@rp.example/', 'ERR_OUTGOING_URL'],
    ['https://:word@rp.example/', 'ERR_OUTGOING_URL'],
    ['https://rp.example:0/', 'ERR_OUTGOING_URL'],
    ['https://rp.example:65536/', 'ERR_OUTGOING_URL'],
    ['https://', 'ERR_OUTGOING_URL'],
    ['https://1.2.3.4.5/', 'ERR_OUTGOING_URL'],
    ['https://[fe80::1%25lo]/', 'ERR_OUTGOING_URL'],
    ['//rp.example/', 'ERR_OUTGOING_URL'],
    ['rp.example', 'ERR_OUTGOING_URL'],
    ['', 'ERR_OUTGOING_URL'],
  ];
  for (const [url, code] of badUrls) {
    it(`refuses the URL "${url}" with ${code}`, async (t) => {
      const server = await serveHttp(t, (_request, response) => response.end());
      const { asked, resolve } = resolverOf(['127.0.0.1']);
      const client = new OutgoingHttpClient({ resolve });
      await rejectsWith(client.request(url.replace('PORT', String(server.port)), { method: 'GET' }), code);
      assert.deepEqual([asked.length, server.connections()], [0, 0]);
    });
  }
});

describe('the exceptions for private addresses', () => {
  it('let http and https reach exactly the named host and port', async (t) => {
    const plain = await serveHttp(t, (_request, response) => response.end('plain'));
    const secure = await serveHttps(t, certificate, (_request, response) => response.end('secure'));
    const client = new OutgoingHttpClient({ ca: certificate.cert });
    const privateAddresses = [`127.0.0.1:${plain.port}`, `127.0.0.1:${secure.port}`];
    const answers = [
      await client.request(`http://127.0.0.1:${plain.port}/`, { method: 'GET', privateAddresses }),
      await client.request(new URL(`https://127.0.0.1:${secure.port}/`), { method: 'GET', privateAddresses }),
    ];
    assert.deepEqual(
      answers.map(({ text }) => text),
      ['plain', 'secure'],
    );
  });

  it('compare a name without its case, resolve it once and connect to what came back', async (t) => {
    const server = await serveHttp(t, (_request, response) => response.end());
    const { asked, resolve } = resolverOf(['127.0.0.1'], ['127.0.0.2']);
    const client = new OutgoingHttpClient({ resolve });
    const privateAddresses = [`RP.Example:${server.port}`];
    const { status } = await client.request(`http://rp.eXample:${server.port}/`, { method: 'GET', privateAddresses });
    assert.equal(status, 200);
    assert.deepEqual(asked, ['rp.example']);
  });

  it('name IPv6 addresses in brackets', async (t) => {
    const hasIpv6 = Object.values(networkInterfaces())
      .flat()
      .some((entry) => entry?.address === '::1');
    if (!hasIpv6) return t.skip('this machine has no IPv6 loopback');
    const server = await serveHttp(t, (request, response) => response.end(request.headers.host), '::1');
    const client = new OutgoingHttpClient();
    const url = `http://[0:0::1]:${server.port}/`;
    const { text } = await client.request(url, { method: 'GET', privateAddresses: [`[::1]:${server.port}`] });
    assert.equal(text, `[::1]:${server.port}`);
    await rejectsWith(
      client.request(url, { method: 'GET', privateAddresses: [`::1:${server.port}`] }),
      'ERR_OUTGOING_SCHEME',
    );
  });

  const strangers: readonly (readonly [what: string, exception: string, url: string])[] = [
    ['another port of the same host', '127.0.0.1:1', 'https://127.0.0.1:PORT/'],
    ['another address', '127.0.0.2:PORT', 'https://127.0.0.1:PORT/'],
    ['another spelling of the host', 'localhost:PORT', 'https://localhost.:PORT/'],
    ['the host without its port', '127.0.0.1', 'https://127.0.0.1:PORT/'],
    ['the port without its host', ':PORT', 'https://127.0.0.1:PORT/'],
    ['a pattern', '*:PORT', 'https://127.0.0.1:PORT/'],
    ['a network', '127.0.0.0/8:PORT', 'https://127.0.0.1:PORT/'],
    ['a longer port', '127.0.0.1:PORT0', 'https://127.0.0.1:PORT/'],
    ['a parent domain', 'example:PORT', 'https://rp.example:PORT/'],
    ['the default port, where the URL has another', '127.0.0.1:443', 'https://127.0.0.1:PORT/'],
  ];
  for (const [what, exception, url] of strangers) {
    it(`do not reach beyond what they name: ${what}`, async (t) => {
      const server = await serveHttps(t, certificate, (_request, response) => response.end());
      const atPort = (text: string) => text.replace('PORT', String(server.port));
      const client = new OutgoingHttpClient({ resolve: resolverOf(['127.0.0.1']).resolve, ca: certificate.cert });
      await rejectsWith(
        client.request(atPort(url), { method: 'GET', privateAddresses: [atPort(exception)] }),
        'ERR_OUTGOING_ADDRESS',
      );
      assert.equal(server.connections(), 0);
    });
  }

  it('name the default port where the URL leaves it out', async (t) => {
    const server = await serveHttps(t, certificate, (_request, response) => response.end());
    leadToLoopback(t, server.port);
    const client = new OutgoingHttpClient({ resolve: resolverOf(['10.0.0.1']).resolve, ca: certificate.cert });
    const { status } = await client.request('https://rp.example/', {
      method: 'GET',
      privateAddresses: ['rp.example:443'],
    });
    assert.equal(status, 200);
    await rejectsWith(
      client.request('http://rp.example/', { method: 'GET', privateAddresses: ['rp.example:443'] }),
      'ERR_OUTGOING_SCHEME',
    );
    await rejectsWith(
      client.request('https://rp.example/', { method: 'GET', privateAddresses: ['rp.example:80'] }),
      'ERR_OUTGOING_ADDRESS',
    );
  });

  it('allow neither another scheme nor a user name', async () => {
    const client = new OutgoingHttpClient();
    const privateAddresses = ['127.0.0.1:21', '127.0.0.1:1'];
    await rejectsWith(client.request('ftp://127.0.0.1/', { method: 'GET', privateAddresses }), 'ERR_OUTGOING_SCHEME');
    await rejectsWith(
      client.request('http://user@127.0.0.1:1/', { method: 'GET', privateAddresses }),
      'ERR_OUTGOING_URL',
    );
  });
});
