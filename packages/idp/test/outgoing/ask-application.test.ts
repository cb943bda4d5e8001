import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { ApplicationAnswer, NoAnswer } from '@latchkey/application-kind';
import { askApplication } from '../../src/outgoing/ask-application.ts';
import { OutgoingHttpClient, type OutgoingHttpClientOptions } from '../../src/outgoing/outgoing-fetch.ts';
import { makeCertificate, serveHttp, serveHttps, serveRaw } from './local-server.ts';

const ask = (
  url: string,
  exceptions: readonly string[] = [],
  options: OutgoingHttpClientOptions = {},
): Promise<ApplicationAnswer | NoAnswer> => askApplication(new OutgoingHttpClient(options), exceptions)(url);

/** Where nothing listens any more. */
async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}

const noAnswer = (reason: string, detail = ''): object => ({ answered: false, reason, detail });

describe('what an application is asked', () => {
  it('by GET for JSON, without cookies; the answer is given as it came', async (t) => {
    const server = await serveHttp(t, (request, response) => {
      assert.deepEqual(
        [request.method, request.headers.accept, request.headers.cookie],
        ['GET', 'application/json', undefined],
      );
      response.writeHead(418, { age: '7' }).end('{"a":"ä"}');
    });
    const address = `127.0.0.1:${server.port}`;
    const answer = await ask(`http://${address}/latchkey/check`, [address]);
    assert.ok(answer.answered);
    assert.deepEqual([answer.status, answer.headers.get('age'), answer.text], [418, '7', '{"a":"ä"}']);
  });

  it('at its own address only: a redirect is an answer', async (t) => {
    const server = await serveHttp(t, (_request, response) => response.writeHead(301, { location: '/x' }).end());
    const address = `127.0.0.1:${server.port}`;
    const answer = await ask(`http://${address}/`, [address]);
    assert.deepEqual(answer.answered && [answer.status, answer.headers.get('location')], [301, '/x']);
    assert.equal(server.connections(), 1);
  });

  it('never where nothing may be called', async (t) => {
    const server = await serveHttp(t, () => assert.fail('was called'));
    for (const url of [
      `https://127.0.0.1:${server.port}/`,
      `http://127.0.0.1:${server.port}/`,
      'https://blog.example/',
    ]) {
      const resolve = () => Promise.resolve([{ address: '10.0.0.1' }]);
      assert.deepEqual(await ask(url, ['127.0.0.1:1'], { resolve }), noAnswer('private-address'));
    }
    assert.equal(server.connections(), 0);
  });

  it('has no answer where the host has no address or nothing listens', async (t) => {
    const resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    assert.deepEqual(await ask('https://blog.example/', [], { resolve }), noAnswer('unknown-host', 'ENOTFOUND'));
    const server = await serveRaw(t, () => {});
    const address = `127.0.0.1:${server.port}`;
    const free = await freeAddress();
    assert.deepEqual(await ask(`http://${free}/`, [free]), noAnswer('refused', 'ECONNREFUSED'));
    assert.deepEqual(await ask(`http://${address}/`, [address], { timeoutMs: 50 }), noAnswer('timeout'));
  });

  it('has no answer where another protocol or too much is spoken, or nothing', async (t) => {
    const plain = await serveHttp(t, (_request, response) => response.end('x'.repeat(100)));
    const address = `127.0.0.1:${plain.port}`;
    const tls = await ask(`https://${address}/`, [address]);
    assert.deepEqual(!tls.answered && tls.reason, 'tls');
    assert.deepEqual(await ask(`http://${address}/`, [address], { maxResponseBytes: 10 }), noAnswer('too-large'));
    const silent = await serveRaw(t, (socket) => socket.destroy());
    const other = await ask(`http://127.0.0.1:${silent.port}/`, [`127.0.0.1:${silent.port}`]);
    assert.deepEqual(!other.answered && other.reason, 'other');
  });

  const certificates: readonly (readonly [string, string, boolean, string])[] = [
    ['nobody trusts', 'IP:127.0.0.1', false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['is for another name', 'DNS:other.example', true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ];
  for (const [what, name, trusted, detail] of certificates) {
    it(`has no answer with a certificate that ${what}`, async (t: TestContext) => {
      const certificate = makeCertificate(name);
      const server = await serveHttps(t, certificate, () => assert.fail('was called'));
      const address = `127.0.0.1:${server.port}`;
      const options = trusted ? { ca: certificate.cert } : {};
      assert.deepEqual(await ask(`https://${address}/`, [address], options), noAnswer('certificate', detail));
    });
  }
});
