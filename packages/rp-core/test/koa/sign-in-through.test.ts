import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import { requireSignIn, signInThrough, type LatchkeyState } from '../../src/koa/index.ts';
import { ApplicationWorld } from '../support/application-world.ts';
import { serveOnLoopback, type ServedOnLoopback } from '../support/serve-on-loopback.ts';
import { navigation, sendOverHttp, UserAgent } from '../support/user-agent.ts';

describe('signInThrough', () => {
  let world: ApplicationWorld;
  let served: ServedOnLoopback;
  let agent: UserAgent;
  const url = (path: string): string => `http://127.0.0.1:${served.port}${path}`;

  before(async () => {
    world = await ApplicationWorld.open();
    const app = new Koa();
    app.silent = true;
    app.use(signInThrough(world.relyingParty, { isForEverybody: (path) => path === '/public' }));
    const members = requireSignIn(world.relyingParty);
    app.use((ctx, next) => (ctx.path === '/members' ? members(ctx, next) : next()));
    app.use(async (ctx) => {
      if (ctx.path === '/fails') throw new Error('broken');
      if (ctx.path === '/gone') ctx.throw(410);
      const chunks: Buffer[] = [];
      for await (const chunk of ctx.req) chunks.push(chunk as Buffer);
      const { visitor } = ctx.state['latchkey'] as LatchkeyState;
      ctx.body = { userId: visitor?.localUserId ?? null, body: Buffer.concat(chunks).toString() };
    });
    const handle = app.callback();
    served = await serveOnLoopback((request, response) => void handle(request, response));
    agent = new UserAgent((request) => {
      // The application believes that it is reached under its origin.
      const target = new URL(request.url);
      return sendOverHttp(new Request(url(`${target.pathname}${target.search}`), request));
    });
    agent.setCookie(world.origin, 'latchkey-hint', 'h1');
    const begun = await agent.get(world.url('/latchkey/start?to=%2F'));
    await agent.get(world.issuer.vouch(begun.headers.get('location') ?? '', { sub: 'alice', hint: 'h1' }));
  });
  after(async () => {
    await served.close();
    await world.close();
  });

  it('tells handlers who is signed in, and no shared cache keeps the answer', async () => {
    const response = await agent.get(world.url('/page'));
    assert.equal(((await response.json()) as { readonly userId: string }).userId, world.session().localUserId);
    assert.equal(response.headers.get('cache-control'), 'private, no-store');
  });

  it('says so of pages that a handler ends by throwing, too', async () => {
    for (const [path, status] of [
      ['/fails', 500],
      ['/gone', 410],
    ] as const) {
      const response = await agent.get(world.url(path));
      assert.deepEqual([response.status, response.headers.get('cache-control')], [status, 'private, no-store']);
    }
  });

  it('leaves pages for everybody as they are: nobody is named, nothing is set, a cache may keep them', async () => {
    agent.setCookie(world.origin, 'latchkey-hint', 'h2');
    const response = await agent.get(world.url('/public'));
    agent.setCookie(world.origin, 'latchkey-hint', 'h1');
    assert.deepEqual(await response.json(), { userId: null, body: '' });
    assert.equal(response.headers.get('cache-control'), null);
    assert.deepEqual(response.headers.getSetCookie(), []);
  });

  it('leaves the body of a form to the application', async () => {
    const response = await agent.post(world.url('/page'), { text: 'some text' });
    assert.equal(((await response.json()) as { readonly body: string }).body, 'text=some+text');
  });

  it('never takes the origin from Host or forwarded headers', async () => {
    const answer = await sendOverHttp(
      new Request(url('/latchkey/start?to=%2F'), {
        headers: {
          ...navigation,
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'https',
          forwarded: 'host=evil.example',
        },
      }),
    );
    const location = new URL(answer.headers.get('location') ?? '');
    assert.equal(location.searchParams.get('redirect_uri'), world.url('/latchkey/callback'));
  });

  for (const path of ['//evil.example/latchkey/start', '/\\evil.example', '/%', '/%zz?%', '/a?b=\u0080']) {
    it(`answers the odd address ${JSON.stringify(path)} without failing, and leads to no other host`, async () => {
      const status = await new Promise<number>((resolve, reject) => {
        const sent = httpRequest({ host: '127.0.0.1', port: served.port, path: encodeOdd(path) }, (incoming) => {
          incoming.resume();
          const location = incoming.headers.location ?? '';
          assert.doesNotMatch(location, /^(?:\/\/|https?:\/\/evil)/);
          resolve(incoming.statusCode ?? 0);
        });
        sent.on('error', reject);
        sent.end();
      });
      assert.ok(status < 500, String(status));
    });
  }

  it('answers TRACE without failing', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest({ host: '127.0.0.1', port: served.port, path: '/', method: 'TRACE' }, (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end();
    });
    assert.equal(status, 501);
  });

  describe('requireSignIn', () => {
    it('lets in who is signed in', async () => {
      assert.equal((await agent.get(world.url('/members'))).status, 200);
    });

    it('sends an anonymous page visit to the sign-in, and back to the page', async () => {
      const response = await sendOverHttp(new Request(url('/members?one=1'), { headers: navigation }));
      assert.equal(response.status, 303);
      assert.equal(response.headers.get('location'), '/latchkey/start?to=%2Fmembers%3Fone%3D1');
    });

    it('asks who signed out here for a click, though no hint is there: a redirect would undo it', async () => {
      const other = new UserAgent((request) => {
        const target = new URL(request.url);
        return sendOverHttp(new Request(url(`${target.pathname}${target.search}`), request));
      });
      const begun = await other.get(world.url('/latchkey/start?to=%2F'));
      await other.get(world.issuer.vouch(begun.headers.get('location') ?? '', { sub: 'berta', sid: 's5' }));
      assert.equal((await other.get(world.url('/members'))).status, 200);
      const session = world.sessions.all().find(({ sub }) => sub === 'berta');
      const visit = await world.relyingParty.recognise(
        new Request(world.url('/'), { headers: { cookie: other.cookieHeader(world.origin) ?? '' } }),
      );
      assert.ok(session && visit.kind === 'page' && visit.visitor);
      await other.post(world.url('/latchkey/sign-out'), { csrf: visit.visitor.csrf, where: 'here' });
      const response = await other.get(world.url('/members'));
      assert.equal(response.status, 401);
      assert.match(await response.text(), /href="\/latchkey\/start\?to=%2Fmembers"/);
    });

    it('answers 401 to an anonymous form and to a program', async () => {
      const form = new Request(url('/members'), { method: 'POST', body: 'a=1', headers: navigation });
      assert.equal((await sendOverHttp(form)).status, 401);
      const program = new Request(url('/members'), { headers: { accept: 'application/json' } });
      assert.equal((await sendOverHttp(program)).status, 401);
    });
  });
});

/** What HTTP cannot carry in a request line. */
const encodeOdd = (path: string): string => path.replaceAll('\u0080', '%C2%80');
