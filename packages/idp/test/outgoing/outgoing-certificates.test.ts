import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TLSSocket } from 'node:tls';
import { OutgoingHttpClient } from '../../src/outgoing/outgoing-fetch.ts';
import { ask, rejectsWith } from './ask-local-server.ts';
import { makeCertificate, serveHttps } from './local-server.ts';

const certificate = makeCertificate('DNS:rp.example,IP:127.0.0.1');

describe('the certificates that OutgoingHttpClient accepts', () => {
  it('refuses one from an authority that it does not know', async (t) => {
    const server = await serveHttps(t, certificate, (_request, response) => response.end());
    await assert.rejects(ask(server, {}, 'https'), {
      code: 'ERR_OUTGOING_CONNECT',
      message: `no usable answer from 127.0.0.1:${server.port} (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    });
  });

  it('refuses one for another host, although the exceptions name this one', async (t) => {
    const other = makeCertificate('DNS:other.example');
    const server = await serveHttps(t, other, (_request, response) => response.end());
    await assert.rejects(ask(server, { ca: other.cert }, 'https'), /ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  it('refuses a bad one even where the environment asks Node not to verify', async (t) => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    t.after(() => {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    });
    const server = await serveHttps(t, certificate, (_request, response) => response.end());
    await rejectsWith(ask(server, {}, 'https'), 'ERR_OUTGOING_CONNECT');
  });

  it('asks for and verifies the name in the URL, with a trailing dot or without', async (t) => {
    const server = await serveHttps(t, certificate, ({ socket }, response) => {
      assert(socket instanceof TLSSocket);
      response.end(`for ${socket.servername}`);
    });
    const client = new OutgoingHttpClient({ resolve: async () => [{ address: '127.0.0.1' }], ca: certificate.cert });
    const get = (name: string) =>
      client.request(`https://${name}:${server.port}/`, {
        method: 'GET',
        privateAddresses: [`${name}:${server.port}`],
      });
    assert.equal((await get('rp.example')).text, 'for rp.example');
    assert.equal((await get('rp.example.')).text, 'for rp.example');
    assert.equal((await get('127.0.0.1')).text, 'for false', 'an IP address was sent as server name');
    await rejectsWith(get('www.rp.example'), 'ERR_OUTGOING_CONNECT');
  });
});
