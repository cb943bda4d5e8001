import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { text as readText } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Provider } from 'oidc-provider';
import { outgoingFetch } from '../../src/outgoing/as-fetch.ts';
import { OutgoingHttpClient } from '../../src/outgoing/outgoing-fetch.ts';
import { serveHttp } from './local-server.ts';

describe('outgoingFetch', () => {
  it('sends what fetch is given and answers with a Response', async (t) => {
    const server = await serveHttp(t, async (request, response) => {
      const { method, headers } = request;
      response.writeHead(201, { 'content-type': 'application/json', 'cache-control': 'max-age=60' });
      response.end(
        JSON.stringify({
          method,
          agent: headers['user-agent'],
          type: headers['content-type'],
          body: await readText(request),
        }),
      );
    });
    const fetch = outgoingFetch(new OutgoingHttpClient(), () => [`127.0.0.1:${server.port}`]);
    const response = await fetch(new URL(`http://127.0.0.1:${server.port}/`), {
      method: 'post',
      headers: new Headers({ 'user-agent': '', 'content-type': 'application/x-www-form-urlencoded' }),
      body: new URLSearchParams({ a: 'b' }),
      redirect: 'manual',
      signal: AbortSignal.timeout(2500),
    });
    assert(response instanceof Response);
    assert.equal(response.status, 201);
    assert.equal(response.headers.get('cache-control'), 'max-age=60');
    assert.deepEqual(await response.json(), { method: 'POST', type: 'application/x-www-form-urlencoded', body: 'a=b' });
  });

  for (const status of [204, 205, 304]) {
    it(`answers with no body at all for ${status}`, async (t) => {
      const server = await serveHttp(t, (_request, response) => response.writeHead(status).end());
      const fetch = outgoingFetch(new OutgoingHttpClient(), () => [`127.0.0.1:${server.port}`]);
      const response = await fetch(`http://127.0.0.1:${server.port}/`);
      assert.deepEqual([response.status, response.body], [status, null]);
    });
  }

  it('keeps the bytes of the body', async (t) => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x00, 0x80]);
    const server = await serveHttp(t, (_request, response) => response.end(bytes));
    const fetch = outgoingFetch(new OutgoingHttpClient(), () => [`127.0.0.1:${server.port}`]);
    assert.deepEqual(Buffer.from(await (await fetch(`http://127.0.0.1:${server.port}/`)).arrayBuffer()), bytes);
  });

  it('follows no redirect, even where fetch would', async (t) => {
    const server = await serveHttp(t, (_request, response) => response.writeHead(302, { location: '/there' }).end());
    const fetch = outgoingFetch(new OutgoingHttpClient(), () => [`127.0.0.1:${server.port}`]);
    const response = await fetch(`http://127.0.0.1:${server.port}/`, { redirect: 'follow' });
    assert.deepEqual([response.status, response.headers.get('location'), server.connections()], [302, '/there', 1]);
  });

  it('asks for the exceptions at each request', async (t) => {
    const server = await serveHttp(t, (_request, response) => response.end());
    let exceptions: string[] = [];
    const fetch = outgoingFetch(new OutgoingHttpClient(), () => exceptions);
    await assert.rejects(fetch(`http://127.0.0.1:${server.port}/`), { code: 'ERR_OUTGOING_SCHEME' });
    exceptions = [`127.0.0.1:${server.port}`];
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/`)).status, 200);
  });

  it('ends by the signal of the caller', async (t) => {
    const server = await serveHttp(t, () => undefined);
    const fetch = outgoingFetch(new OutgoingHttpClient({ timeoutMs: 60_000 }), () => [`127.0.0.1:${server.port}`]);
    await assert.rejects(fetch(`http://127.0.0.1:${server.port}/`, { signal: AbortSignal.timeout(100) }), {
      code: 'ERR_OUTGOING_TIMEOUT',
    });
  });

  it('refuses what it cannot send: a Request, other methods, other bodies', async (t) => {
    const server = await serveHttp(t, (_request, response) => response.end());
    const fetch = outgoingFetch(new OutgoingHttpClient(), () => [`127.0.0.1:${server.port}`]);
    const url = `http://127.0.0.1:${server.port}/`;
    await assert.rejects(fetch(new Request(url)), TypeError);
    await assert.rejects(fetch(url, { method: 'CONNECT' }), TypeError);
    await assert.rejects(fetch(url, { method: 'POST', body: new FormData() }), TypeError);
    await assert.rejects(fetch(url, { method: 'POST', body: new Uint8Array(1) }), TypeError);
    assert.equal(server.connections(), 0);
  });
});

describe('the engine with outgoingFetch as its fetch', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...privateKey.export({ format: 'jwk' }), kty: 'EC', alg: 'ES256', use: 'sig', kid: 'test' };
  const issuer = 'http://localhost:3000';

  /** What the engine's clients can do beyond their published types. */
  interface EngineClient {
    backchannelLogout(sub: string, sid: string): Promise<void>;
    readonly asymmetricKeyStore: Iterable<unknown> & { refresh(): Promise<void> };
  }

  async function engineClient(
    t: TestContext,
    port: number,
    privateAddresses: readonly string[],
  ): Promise<EngineClient> {
    // The engine warns on the console of whatever is meant for development; none of that is this test's subject.
    t.mock.method(console, 'warn', () => undefined);
    t.mock.method(console, 'info', () => undefined);
    const provider = new Provider(issuer, {
      jwks: { keys: [key] },
      cookies: { keys: ['only for this test'] },
      features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: false } },
      fetch: outgoingFetch(new OutgoingHttpClient(), () => privateAddresses),
      clients: [
        {
          client_id: 'notes',
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: 'ES256',
          jwks_uri: `http://127.0.0.1:${port}/jwks`,
          redirect_uris: ['https://notes.example/callback'],
          id_token_signed_response_alg: 'ES256',
          backchannel_logout_uri: `http://127.0.0.1:${port}/logout`,
          backchannel_logout_session_required: true,
        },
      ],
    });
    const client: unknown = await provider.Client.find('notes');
    return client as EngineClient;
  }

  /** A relying party: takes logout tokens and shows its keys. */
  async function serveRelyingParty(t: TestContext) {
    const received: string[] = [];
    const { d: _private, ...publicKey } = key as typeof key & { d?: string };
    const server = await serveHttp(t, async (request, response) => {
      const body = await readText(request);
      received.push(`${request.method} ${request.url}`);
      if (request.url === '/logout') received.push(new URLSearchParams(body).get('logout_token') ?? '');
      response.end(JSON.stringify({ keys: [publicKey] }));
    });
    return { ...server, received, publicKey };
  }

  it('delivers a logout token to a loopback receiver that an exception names', async (t) => {
    const relyingParty = await serveRelyingParty(t);
    const client = await engineClient(t, relyingParty.port, [`127.0.0.1:${relyingParty.port}`]);
    await client.backchannelLogout('alice', 'sid-1');
    const [line, token = ''] = relyingParty.received;
    assert.equal(line, 'POST /logout');
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [relyingParty.publicKey] }), {
      issuer,
      audience: 'notes',
    });
    assert.deepEqual([payload.sub, payload['sid']], ['alice', 'sid-1']);
  });

  it('delivers nothing to a loopback receiver without the exception', async (t) => {
    const relyingParty = await serveRelyingParty(t);
    for (const exceptions of [[], [`127.0.0.1:1`], [`localhost:${relyingParty.port}`]]) {
      const client = await engineClient(t, relyingParty.port, exceptions);
      await assert.rejects(client.backchannelLogout('alice', 'sid-1'), { code: 'ERR_OUTGOING_SCHEME' });
    }
    assert.equal(relyingParty.connections(), 0);
  });

  it('reads the keys at a jwks_uri only where the exception allows it', async (t) => {
    const relyingParty = await serveRelyingParty(t);
    const refused = await engineClient(t, relyingParty.port, []);
    await assert.rejects(refused.asymmetricKeyStore.refresh(), { error: 'invalid_client_metadata' });
    assert.equal(relyingParty.connections(), 0);
    const allowed = await engineClient(t, relyingParty.port, [`127.0.0.1:${relyingParty.port}`]);
    await allowed.asymmetricKeyStore.refresh();
    assert.equal([...allowed.asymmetricKeyStore].length, 1);
  });
});
