import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { signAsProvider, testSecretKey } from '../../packages/idp/test/support/signing-keys.ts';
import type { Answer } from '../../packages/idp/test/support/user-agent.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { journal, notes, openStage, type Stage } from '../../tools/stage/stage.ts';
import type { StageProgram } from '../../tools/stage/stage-program.ts';
import { startNotes, type NotesApplication } from './support/house.ts';
import { isAtSignInPage, signInAt, writeNote } from './support/notes-pages.ts';
import { whoIsShown } from './support/session-line.ts';
import { readToken, signedBySecret, signedByStranger, unsigned, type Claims } from './support/tokens.ts';

const dashboard = 'dashboard.example.test';
const scopes = 'notes:read notes:write';

describe('the API of notes, for other applications', { timeout: 240_000 }, () => {
  let stage: Stage;
  let application: NotesApplication;
  let reader: StageProgram;
  let alice: string;
  /** Alice's browser, signed in at notes. */
  let context: BrowserContext;
  let page: Page;
  /** For reading alone, and for reading and writing. */
  let tokenToRead: string;
  let token: string;

  before(async () => {
    stage = await openStage({ hosts: { [dashboard]: {} }, settings: { SECRET_KEY: testSecretKey } });
    const [host, other] = [stage.host(notes), stage.host(journal)];
    const apiOf = (origin: string): string[] => ['--resource', `${origin}/api`, '--resource-scope', scopes];
    const [account] = await Promise.all([
      stage.provider.addAccount('alice', 'Alice Example'),
      stage.provider.addAccount('bert', 'Bert Example'),
      startNotes(stage, 'notes', 'Notes', host, ...apiOf(host.origin)).then((started) => (application = started)),
      stage.provider.addApplication('journal', other, { callback: '/callback' }, ...apiOf(other.origin)),
    ]);
    alice = account.sub;
    const { clientId, clientSecret } = await stage.provider.addApplication(
      'dashboard',
      stage.host(dashboard),
      { callback: '/callback' },
      '--scope',
      `openid ${scopes}`,
    );
    reader = await stage.startApplication({
      name: 'dashboard',
      entry: new URL('./support/application-of-an-api.ts', import.meta.url),
      env: {
        ORIGIN: stage.host(dashboard).origin,
        PORT: String(stage.host(dashboard).ports[0]),
        API: api(),
        ISSUER: stage.provider.issuer,
        CLIENT_ID: clientId,
        CLIENT_SECRET: clientSecret,
      },
      readyLine: /^ready$/,
    });
    context = await stage.browser.newContext();
    page = await context.newPage();
    await signInAt(page, application, 'alice');
    await writeNote(page, 'Buy milk');
    await page.getByText('Buy milk').waitFor();
  });
  after(async () => stage.close());

  const api = (): string => `${stage.host(notes).origin}/api`;
  /** Goes to the dashboard, which gets itself a token and asks the API. @returns what that answered, and the token */
  const visitDashboard = async (
    visitor: Page,
    asked: { readonly scope: string; readonly resource?: string },
    username?: string,
  ): Promise<{ readonly shown: string; readonly token: string }> => {
    const { origin } = stage.host(dashboard);
    await visitor.goto(`${origin}/begin?${new URLSearchParams(asked).toString()}`);
    if (username !== undefined) await signIn(visitor, username);
    await visitor.waitForURL(`${origin}/callback?**`);
    const tokens = [...reader.output().matchAll(/^token (\S+)$/gm)];
    return { shown: await visitor.locator('body').innerText(), token: tokens.at(-1)?.[1] ?? '' };
  };
  const get = (authorization: string | undefined, headers: Record<string, string> = {}, path = '/notes') =>
    stage.request(`${api()}${path}`, {
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    });
  const post = (bearer: string, body: string) =>
    stage.request(`${api()}/notes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body,
    });
  const refused = (answer: Answer, status: number, challenge: RegExp | undefined): void => {
    assert.equal(answer.status, status, answer.text);
    if (challenge !== undefined) assert.match(String(answer.headers['www-authenticate']), challenge);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.doesNotMatch(answer.text, /milk/);
  };
  const notThisToken = /^Bearer .*error="invalid_token"/;
  const noToken = /^Bearer(?!.*error)/;

  describe('answers a token for it', () => {
    it('that another application got by the code flow, with the notes of that person', async () => {
      const { shown, token: got } = await visitDashboard(page, { scope: 'openid notes:read', resource: api() });
      assert.match(shown, /^200 \{"notes":\[\{.*"text":"Buy milk"/);
      tokenToRead = got;
      const { header, claims } = readToken(got);
      const { aud, iss, sub, scope, client_id: clientId } = claims;
      assert.deepEqual([header['typ'], aud, iss], ['at+jwt', api(), stage.provider.issuer]);
      assert.deepEqual([sub, scope, clientId], [alice, 'notes:read', 'dashboard']);
    });

    it('with write access, by taking a note', async () => {
      token = (await visitDashboard(page, { scope: `openid ${scopes}`, resource: api() })).token;
      const answer = await post(token, JSON.stringify({ text: 'Written by the dashboard' }));
      assert.equal(answer.status, 201, answer.text);
      await page.goto(`${application.origin}/notes`);
      await page.getByText('Written by the dashboard').waitFor();
    });

    it('as the provider itself signs them: the forger of what follows knows its craft', async () => {
      assert.equal((await get(`Bearer ${await signedLike(token)}`)).status, 200);
    });
  });

  /** The claims of a good token, changed, and signed by the provider's own key. @param change undefined takes away */
  const signedLike = (good: string, change: Claims = {}, header: Claims = {}): Promise<string> => {
    const claims = Object.entries({ ...readToken(good).claims, ...change }).filter(([, value]) => value !== undefined);
    return signAsProvider(stage.database, 'ES256', Object.fromEntries(claims), { typ: 'at+jwt', ...header });
  };

  describe('refuses', () => {
    it('whoever brings none: nobody, a cookie, and whoever is signed in on the pages', async () => {
      refused(await get(undefined), 401, noToken);
      refused(await get('Basic YWxpY2U6c2VjcmV0'), 401, noToken);
      const cookie = (await context.cookies(application.origin))
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ');
      refused(await get(undefined, { cookie }), 401, noToken);
      const answer = await page.goto(`${api()}/notes`);
      assert.equal(answer?.status(), 401);
    });

    it('a good token in the query, in a cookie or in a form', async () => {
      refused(await get(undefined, {}, `/notes?access_token=${token}`), 401, noToken);
      refused(await get(undefined, { cookie: `access_token=${token}` }), 401, noToken);
      const form = { access_token: token, text: 'x' };
      refused(await stage.request(`${api()}/notes`, { method: 'POST', form }), 401, noToken);
    });

    it('the bearer of a session, which is for the provider alone', async () => {
      const { shown, token: opaque } = await visitDashboard(page, { scope: 'openid' });
      assert.match(shown, /^401 /);
      assert.throws(() => readToken(opaque), SyntaxError);
      refused(await get(`Bearer ${opaque}`), 401, notThisToken);
    });

    it('a token for the API of another application', async () => {
      const resource = `${stage.host(journal).origin}/api`;
      const { shown, token: foreign } = await visitDashboard(page, { scope: 'openid notes:read', resource });
      assert.match(shown, /^401 /);
      assert.equal(readToken(foreign).claims['aud'], resource);
      refused(await get(`Bearer ${foreign}`), 401, notThisToken);
    });

    it('to write by a token for reading', async () => {
      const answer = await post(tokenToRead, JSON.stringify({ text: 'Not allowed' }));
      refused(answer, 403, /^Bearer error="insufficient_scope", scope="notes:write"$/);
      assert.equal((await get(`Bearer ${tokenToRead}`)).status, 200);
      assert.doesNotMatch((await get(`Bearer ${tokenToRead}`)).text, /Not allowed/);
    });

    it('what is no note', async () => {
      for (const body of ['', '{', '[]', 'null', '{"text":1}', '{"text":"  "}', `{"text":"${'x'.repeat(2001)}"}`]) {
        const answer = await post(token, body);
        assert.equal(answer.status, 400, body);
      }
      assert.equal((await post(token, `{"text":"${'x'.repeat(70_000)}"}`)).status, 413);
    });

    const seconds = (): number => Math.floor(Date.now() / 1000);
    const changes: Record<string, [change: () => Claims, header?: Claims]> = {
      'has expired': [() => ({ iat: seconds() - 400, exp: seconds() - 100 })],
      'is not good yet': [() => ({ nbf: seconds() + 200 })],
      'never expires': [() => ({ exp: undefined })],
      'is for several': [() => ({ aud: [api(), `${stage.host(journal).origin}/api`] })],
      'is for nobody': [() => ({ aud: undefined })],
      'is for an address that begins so': [() => ({ aud: `${api()}/` })],
      'is of another issuer': [() => ({ iss: 'https://accounts.other.test' })],
      'is about nobody': [() => ({ sub: undefined })],
      'is an ID token': [() => ({}), { typ: 'JWT' }],
      'is a logout token': [() => ({}), { typ: 'logout+jwt' }],
      'is an event': [() => ({}), { typ: 'secevent+jwt' }],
    };
    for (const [name, [change, header]] of Object.entries(changes)) {
      it(`a token that the provider signed and that ${name}`, async () => {
        refused(await get(`Bearer ${await signedLike(token, change(), header)}`), 401, notThisToken);
      });
    }

    it('a token that the provider signed without a scope', async () => {
      for (const scope of [undefined, '', 'notes:readers', 'NOTES:READ', 'openid']) {
        const answer = await get(`Bearer ${await signedLike(token, { scope })}`);
        refused(answer, 403, /^Bearer error="insufficient_scope", scope="notes:read"$/);
      }
    });

    it('a forged token: unsigned, by another key, with a key of its own, changed or cut', async () => {
      const { claims, header } = readToken(token);
      const { kid } = header;
      const typ = 'at+jwt';
      const [first = '', second = '', third = ''] = token.split('.');
      const other = unsigned({}, { ...claims, sub: 'somebody-else' }).split('.')[1] ?? '';
      const keys = await stage.request(`${stage.provider.issuer}/jwks`);
      const forged = [
        unsigned({ alg: 'none', typ }, claims),
        unsigned({ alg: 'None', typ, kid }, claims),
        unsigned({ ...header }, claims),
        signedByStranger({ typ }, claims),
        signedByStranger({ typ, kid }, claims),
        signedByStranger({ typ, kid, jku: 'https://accounts.other.test/jwks' }, claims),
        signedBySecret(application.clientSecret, { typ, kid }, claims),
        signedBySecret(keys.text, { typ, kid }, claims),
        `${first}.${other}.${third}`,
        `${first}.${second}.`,
        `${first}.${second}`,
        `${token}x`,
      ];
      for (const [at, forgery] of forged.entries()) {
        const answer = await get(`Bearer ${forgery}`);
        assert.equal(answer.status, 401, `forgery ${at}`);
        refused(answer, 401, notThisToken);
      }
    });

    it('a token of a key that the provider does not publish, or says that it cannot tell yet', async () => {
      const { claims } = readToken(token);
      const forged = signedByStranger({ typ: 'at+jwt', kid: 'unknown' }, claims);
      // Once a minute an unknown key is looked for; in between it might be a new one.
      for (const answer of [await get(`Bearer ${forged}`), await get(`Bearer ${forged}`)]) {
        assert.ok(answer.status === 401 || answer.status === 503, answer.text);
        assert.doesNotMatch(answer.text, /milk/);
      }
      assert.equal((await get(`Bearer ${token}`)).status, 200, 'and others wait for nothing');
    });

    it('whoever writes its address otherwise: no way of writing it leads past the check', async () => {
      const { origin } = stage.host(notes);
      const written = application.written();
      const ways = [
        '/API/notes',
        '/Api/notes',
        '/api/Notes',
        '/API/NOTES',
        '/api//notes',
        '//api/notes',
        '/api/notes/',
      ];
      const odd = [
        '/%61pi/notes',
        '/api%2Fnotes',
        '/api/%6eotes',
        '/api/./notes',
        '/x/../API/notes',
        '/API/notes?x=/api/',
      ];
      const cookie = (await context.cookies(origin)).map(({ name, value }) => `${name}=${value}`).join('; ');
      for (const path of [...ways, ...odd]) {
        for (const headers of [{}, { cookie }, { authorization: 'Bearer made-up' }] as Record<string, string>[]) {
          for (const method of ['GET', 'HEAD', 'POST']) {
            const body = method === 'POST' ? { body: '{"text":"Past the check"}' } : {};
            const answer = await stage.request(`${origin}${path}`, {
              method,
              headers: { ...headers, 'content-type': 'application/json' },
              ...body,
            });
            const asked = `${method} ${path} ${Object.keys(headers).join()}`;
            assert.ok([401, 404, 405].includes(answer.status), `${asked}: ${answer.status}`);
            assert.doesNotMatch(answer.text, /milk|dashboard/, asked);
          }
        }
      }
      assert.deepEqual(application.written(), written);
      assert.doesNotMatch(application.nodes.map((node) => node.output()).join(''), /"event":"fault"/);
      assert.equal((await get(`Bearer ${token}`)).status, 200);
    });

    it('somebody who was never at notes', async () => {
      const bert = await stage.browser.newPage();
      const asked = { scope: 'openid notes:read', resource: api() };
      const { shown, token: theirs } = await visitDashboard(bert, asked, 'bert');
      assert.match(shown, /^403 /);
      refused(await get(`Bearer ${theirs}`), 403, undefined);
      assert.equal(application.users().length, 1, 'a token makes no local user');
      await bert.goto(`${application.origin}/notes`);
      assert.equal(await whoIsShown(bert), 'Bert Example');
      assert.deepEqual((await get(`Bearer ${theirs}`)).json(), { notes: [] });
      await bert.context().close();
    });

    it('somebody whose account is disabled: there is no new token, and none is good once notes has heard of it', async () => {
      await stage.provider.latchkeyJson(['account', 'disable', 'alice']);
      const { origin } = stage.host(dashboard);
      const asked = new URLSearchParams({ scope: 'openid notes:read', resource: api() });
      await page.goto(`${origin}/begin?${asked.toString()}`);
      assert.ok(await isAtSignInPage(page, stage.provider.issuer));

      // Until then a token is good as long as it lasts, which is five minutes: nobody asks the provider about each.
      const { iss, sub, iat } = readToken(token).claims;
      const event = await signAsProvider(
        stage.database,
        'RS256',
        {
          iss: String(iss),
          aud: 'notes',
          iat: Number(iat),
          jti: 'event-1',
          sub_id: { format: 'iss_sub', iss, sub },
          events: { 'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {} },
        },
        { typ: 'secevent+jwt' },
      );
      const told = await stage.request(`${application.origin}/latchkey/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/secevent+jwt' },
        body: event,
      });
      assert.equal(told.status, 202, told.text);
      refused(await get(`Bearer ${token}`), 403, undefined);
      refused(await post(token, '{"text":"x"}'), 403, undefined);
    });
  });
});
