import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { strangerLimits } from '../../src/domain/sign-in/stranger-limits.ts';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { basic } from '../support/token-requests.ts';
import { authorizationRequest, exchange, formOf, signIn, UserAgent, type Answer } from '../support/user-agent.ts';

const api = 'https://notes.example.org/api';

describe('requests by which strangers try to fill or stop the provider', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let confidential: { client_id: string; client_secret: string };
  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database, { env: { TRUST_PROXY: '1' } });
    await provider.addAccount();
    confidential = await provider.addClient('notes', { scope: 'openid profile email notes:read' });
    await provider.addClient('page', { tokenEndpointAuthMethod: 'none' });
    await provider.addClient('notes-api', {
      redirectUris: [],
      postLogoutRedirectUris: [],
      trusted: false,
      resource: api,
      resourceScope: 'notes:read',
    });
  });
  after(async () => {
    await provider.close();
    await database.close();
  });
  beforeEach(() => database.knex('rate_limits').delete());

  const at = (network: number): UserAgent =>
    new UserAgent(provider, { port: provider.port, forwardedFor: `198.51.${network}.7` });
  const count = async (table: string): Promise<number> =>
    Number((await database.knex(table).count('* as n').first())?.['n']);
  const useUp = (kind: string, points: number): Promise<unknown> =>
    database.knex.raw('update rate_limits set points = ? where key like ?', [points, `${kind}/%`]);

  /** The queries that a request costs. */
  const queriesOf = async (ask: () => Promise<unknown>): Promise<number> => {
    let queries = 0;
    const note = (): void => {
      queries += 1;
    };
    database.knex.on('query', note);
    try {
      await ask();
    } finally {
      database.knex.off('query', note);
    }
    return queries;
  };

  describe('many resource indicators in one request (RFC 8707)', () => {
    const repeated = (times: number): string => `&resource=${encodeURIComponent(api)}`.repeat(times);
    const form = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };

    it('are refused at the authorization endpoint at the price of one', async () => {
      const { url } = authorizationRequest('notes', { prompt: 'none', scope: 'openid notes:read' });
      let refused: Answer | undefined;
      const ask = async (times: number): Promise<void> => {
        refused = await at(1).ask(url + repeated(times));
      };
      const one = await queriesOf(() => ask(1));
      assert.equal(refused?.location?.searchParams.get('error'), 'login_required');
      for (const times of [2, 300]) {
        const queries = await queriesOf(() => ask(times));
        assert.equal(refused?.location?.searchParams.get('error'), 'invalid_target');
        assert.ok(queries <= one, `${times} resources: ${queries} queries instead of ${one}`);
      }
    });

    it('are refused when they are pushed, and nothing is kept', async () => {
      const query = authorizationRequest('page', { scope: 'openid' }).url.split('?')[1] ?? '';
      let answer: Answer | undefined;
      const queries = await queriesOf(async () => {
        answer = await at(1).ask('/request', { body: query + repeated(900), headers: form });
      });
      assert.equal(answer?.status, 400);
      assert.equal(answer.json()['error'], 'invalid_target');
      assert.ok(queries < 5, `${queries} queries`);
      assert.equal(await count('pushed_authorization_requests'), 0);
    });

    it('are refused at the token endpoint', async () => {
      const authorization = authorizationRequest('notes', { scope: 'openid notes:read', resource: api });
      const code = (await signIn(at(1), authorization)).searchParams.get('code') ?? '';
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        redirect_uri: 'https://app.example.org/callback',
        code,
        code_verifier: authorization.codeVerifier,
      });
      const authorized = { ...form, authorization: basic(confidential.client_id, confidential.client_secret) };
      let answer: Answer | undefined;
      const queries = await queriesOf(async () => {
        answer = await at(1).ask('/token', { body: body.toString() + repeated(900), headers: authorized });
      });
      assert.equal(answer?.status, 400);
      assert.equal(answer.json()['error'], 'invalid_target');
      assert.ok(queries < 20, `${queries} queries`);
      const once = await exchange(at(1), confidential, {
        code,
        code_verifier: authorization.codeVerifier,
        resource: api,
      });
      assert.notEqual(once.json()['error'], 'invalid_target');
    });
  });

  describe('pushed authorization requests (RFC 9126)', () => {
    const push = (agent: UserAgent, clientId: string, more: Record<string, string> = {}): Promise<Answer> => {
      const form = Object.fromEntries(new URL(authorizationRequest(clientId, more).url, provider.issuer).searchParams);
      const isPublic = clientId === 'page';
      return agent.ask('/request', {
        form,
        headers: {
          accept: 'application/json',
          ...(isPublic ? {} : { authorization: basic(confidential.client_id, confidential.client_secret) }),
        },
      });
    };

    it('of public clients are limited by network, and leave no row beyond the limit (section 2.3)', async () => {
      assert.equal((await push(at(2), 'page')).status, 201);
      await useUp('pushed-request/network', strangerLimits.pushedRequests.points);
      const rows = await count('pushed_authorization_requests');
      const refused = await push(at(2), 'page');
      assert.equal(refused.status, 429);
      assert.equal(refused.json()['error'], 'temporarily_unavailable');
      assert.ok(Number(refused.headers['retry-after']) > 0);
      assert.equal(await count('pushed_authorization_requests'), rows);
      assert.equal((await push(at(3), 'page')).status, 201, 'another network');
      assert.equal((await push(at(2), 'notes')).status, 201, 'a client that proves who it is');
    });

    it('of a client that proves who it is are limited by client, wherever they come from', async () => {
      assert.equal((await push(at(2), 'notes')).status, 201);
      await useUp('pushed-request/client', strangerLimits.pushedRequestsOfClient.points);
      assert.equal((await push(at(3), 'notes')).status, 429);
      assert.equal((await push(at(3), 'page')).status, 201);
    });

    it('are kept only if they are as small as a redirect’s', async () => {
      const rows = await count('pushed_authorization_requests');
      const refused = await push(at(2), 'page', { login_hint: 'x'.repeat(16 * 1024) });
      assert.equal(refused.status, 413);
      assert.equal(refused.json()['error'], 'invalid_request');
      assert.equal(await count('pushed_authorization_requests'), rows);
      assert.equal(await count('rate_limits'), 0, 'it does not count');
      assert.equal((await push(at(2), 'page', { login_hint: 'x'.repeat(15 * 1024) })).status, 201);
    });

    it('go a minute later, but not under a sign-in that began with them', async () => {
      await database.knex('pushed_authorization_requests').delete();
      const [unused, begun] = [await push(at(2), 'page'), await push(at(2), 'page')];
      assert.equal(unused.status, 201);
      const query = new URLSearchParams({ client_id: 'page', request_uri: String(begun.json()['request_uri']) });
      const browser = at(2);
      const started = await browser.ask(`/auth?${query.toString()}`);
      assert.equal(started.status, 303);
      await database.knex.raw(
        `update pushed_authorization_requests
         set expires_at = expires_at - interval '61 seconds', kept_until = kept_until - interval '61 seconds'`,
      );
      await provider.latchkey.tidyUp();
      assert.equal(await count('pushed_authorization_requests'), 1);
      const { action, fields } = formOf(await browser.ask(started.location ?? ''), '/cancel');
      const left = await browser.ask(action, { form: fields });
      assert.equal(left.status, 200);
      await database.knex.raw("update pushed_authorization_requests set kept_until = kept_until - interval '1 hour'");
      await provider.latchkey.tidyUp();
      assert.equal(await count('pushed_authorization_requests'), 0);
    });
  });

  describe('sign-ins that another page begins', () => {
    const { url } = authorizationRequest('notes');
    const embedded: readonly (readonly [string, Record<string, string>])[] = [
      ['an image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
      ['a script', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
      ['a request of a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
      ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
      ['an object', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'object' }],
      [
        'something loaded in advance',
        { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' },
      ],
      ['a header that came twice', { 'sec-fetch-mode': 'navigate, navigate', 'sec-fetch-dest': 'document' }],
    ];
    for (const [what, headers] of embedded) {
      it(`as ${what} leave no row, no cookie, and take nothing from the network`, async () => {
        const rows = await count('interactions');
        const answer = await at(4).ask(url, { headers });
        assert.equal(answer.status, 400);
        assert.equal(answer.location, undefined);
        assert.match(answer.text, /This request cannot be answered/);
        assert.equal(answer.headers['set-cookie'], undefined);
        assert.equal(await count('interactions'), rows);
        assert.equal(await count('rate_limits'), 0);
      });
    }

    it('begin as a page, told or not told, and silent requests go on everywhere', async () => {
      const navigation = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
      assert.equal((await at(4).ask(url, { headers: navigation })).status, 303);
      assert.equal((await at(4).ask(url)).status, 303);
      const inFrame = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
      const silent = await at(4).ask(authorizationRequest('notes', { prompt: 'none' }).url, { headers: inFrame });
      assert.equal(silent.location?.searchParams.get('error'), 'login_required');
      const agent = at(4);
      await signIn(agent, authorizationRequest('notes'));
      const signedIn = await agent.ask(url, { headers: inFrame });
      assert.ok(signedIn.location?.searchParams.has('code'), 'who is signed in sees no page');
    });

    it('do not keep a browser out that signed in before', async () => {
      const known = at(5);
      await signIn(known, authorizationRequest('notes'));
      for (const key of known.cookies.keys()) if (key.includes('session')) known.cookies.delete(key);
      assert.equal((await at(5).ask(url)).status, 303);
      await useUp('sign-in/begun', strangerLimits.begunSignIns.points);
      assert.equal((await at(5).ask(url)).status, 429);
      assert.equal((await known.ask(url)).status, 303);
      // Its own allowance is one for all browsers of the account.
      await useUp('sign-in/begun-known', strangerLimits.begunSignInsOfKnownBrowsers.points);
      const refused = await known.ask(url);
      assert.equal(refused.status, 429);
      assert.ok(Number(refused.headers['retry-after']) > 0);
      await database.knex('rate_limits').where('key', 'like', 'sign-in/begun/%').delete();
      assert.equal((await known.ask(url)).status, 303, 'then it is one of its network');
    });
  });

  describe('rows that are past their end', () => {
    it('go in one turn of the job, however many, and browsers too that nobody used for 400 days', async () => {
      const { id } = await database.knex('accounts').first('id');
      const before_ = await count('known_browsers');
      await database.knex.raw(
        `insert into replays (id_hash, expires_at)
         select decode(md5(i::text), 'hex'), now() - interval '1 minute' from generate_series(1, 2600) i`,
      );
      await database.knex.raw(
        `insert into known_browsers (browser_hash, account_id, last_used_at)
         select decode(md5(i::text), 'hex'), ?, now() - make_interval(days => 398 + 3 * (i % 2)) from generate_series(1, 1200) i`,
        [id],
      );
      await database.knex('replays').insert({
        id_hash: Buffer.from('still of use'),
        expires_at: database.knex.raw("now() + interval '1 hour'"),
      });
      await provider.latchkey.tidyUp();
      assert.equal(await count('replays'), 1);
      assert.equal(await count('known_browsers'), before_ + 600);
    });

    it('stay when the job is told to stop, for the next turn', async () => {
      await database.knex.raw(
        `insert into replays (id_hash, expires_at)
         select decode(md5(i::text), 'hex'), now() - interval '1 minute' from generate_series(1, 600) i`,
      );
      const rows = await count('replays');
      await provider.latchkey.tidyUp(AbortSignal.abort());
      assert.equal(await count('replays'), rows);
    });
  });
});
