import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import type { ApiToken } from '../../src/api/verify-api-token.ts';
import { bearerApi } from '../../src/koa/index.ts';
import { ApplicationWorld } from '../support/application-world.ts';
import { serveOnLoopback, type ServedOnLoopback } from '../support/serve-on-loopback.ts';

const audience = 'https://notes.example/api';

describe('bearerApi (RFC 6750)', () => {
  let world: ApplicationWorld;
  let served: ServedOnLoopback;
  let token: string;
  const apiOf = (of: ApplicationWorld): RequestListener => {
    const app = new Koa();
    app.use(bearerApi(of.relyingParty, { audience, scopeFor: (method) => (method === 'GET' ? 'read' : 'write') }));
    app.use((ctx) => {
      const { sub, clientId } = ctx.state['apiToken'] as ApiToken;
      ctx.body = { sub, clientId };
    });
    const handle = app.callback();
    return (request, response) => void handle(request, response);
  };
  const tokenWith = (change: Record<string, unknown> = {}): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    return world.issuer.signApiToken({
      iss: world.issuer.issuer,
      aud: audience,
      sub: 'alice',
      client_id: 'other-app',
      scope: 'read',
      iat: now,
      exp: now + 300,
      jti: 'one',
      ...change,
    });
  };

  before(async () => {
    world = await ApplicationWorld.open();
    served = await serveOnLoopback(apiOf(world));
    token = await tokenWith();
  });
  after(async () => {
    await served.close();
    await world.close();
  });
  const ask = (
    authorization?: string,
    init: Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> } = {},
    path = '/',
  ): Promise<Response> =>
    fetch(`http://127.0.0.1:${served.port}${path}`, {
      ...init,
      headers: { ...init.headers, ...(authorization === undefined ? {} : { authorization }) },
    });
  const isRefused = async (response: Response, status: number, challenge: string | null): Promise<void> => {
    assert.equal(response.status, status);
    assert.equal(response.headers.get('www-authenticate'), challenge);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(((await response.json()) as { readonly status: number }).status, status);
  };
  const invalid = 'Bearer error="invalid_token"';

  it('lets a good token through, and tells handlers whose it is', async () => {
    const response = await ask(`Bearer ${token}`);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { sub: 'alice', clientId: 'other-app' });
    assert.equal(response.headers.get('cache-control'), 'no-store');
  });

  it('reads the scheme in whatever case (RFC 9110, section 11.1)', async () => {
    assert.equal((await ask(`bearer ${token}`)).status, 200);
  });

  for (const [what, authorization] of [
    ['nothing', undefined],
    ['another scheme', 'Basic YXBwOnNlY3JldA=='],
    ['the scheme alone', 'Bearer'],
    ['two tokens', 'Bearer one two'],
    ['signs that no token has', 'Bearer a"b'],
  ] as const) {
    it(`asks for a token, without an error, when there is ${what} (section 3.1)`, async () => {
      await isRefused(await ask(authorization), 401, 'Bearer');
    });
  }

  it('takes no token from the address, a form or a cookie', async () => {
    await isRefused(await ask(undefined, {}, `/?access_token=${token}`), 401, 'Bearer');
    await isRefused(await ask(undefined, { headers: { cookie: `access_token=${token}` } }), 401, 'Bearer');
    const body = new URLSearchParams({ access_token: token });
    await isRefused(await ask(undefined, { method: 'POST', body }), 401, 'Bearer');
  });

  it('refuses a token that is not for this API, without saying why', async () => {
    await isRefused(await ask(`Bearer ${await tokenWith({ aud: 'https://other.example' })}`), 401, invalid);
    await isRefused(await ask(`Bearer ${await tokenWith({ exp: 1 })}`), 401, invalid);
    await isRefused(await ask('Bearer opaque'), 401, invalid);
  });

  it('refuses what the token may not do, and says what it lacks', async () => {
    const challenge = 'Bearer error="insufficient_scope", scope="write"';
    await isRefused(await ask(`Bearer ${token}`, { method: 'POST' }), 403, challenge);
    assert.equal((await ask(`Bearer ${await tokenWith({ scope: 'write' })}`, { method: 'POST' })).status, 200);
  });

  it('takes no scope that only begins like the one it needs', async () => {
    const response = await ask(`Bearer ${await tokenWith({ scope: 'reader read:all' })}`);
    assert.equal(response.status, 403);
  });

  it('answers 503, and not that the token is bad, while the issuer does not answer', async () => {
    const other = await ApplicationWorld.open();
    const api = await serveOnLoopback(apiOf(other));
    for (const endpoint of ['jwks', 'discovery'] as const) other.issuer.instead[endpoint] = { status: 500 };
    const response = await fetch(`http://127.0.0.1:${api.port}/`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(response.headers.get('retry-after'), '10');
    await isRefused(response, 503, null);
    await api.close();
    await other.close();
  });
});
