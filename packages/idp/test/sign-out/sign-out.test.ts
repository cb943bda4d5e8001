import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import supertest from 'supertest';
import { signAsProvider } from '../support/signing-keys.ts';
import { begin, responseOf, tokensFor } from '../support/steps.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { assertDead, assertGood, TokenWorld } from '../support/token-world.ts';
import { authorizationRequest, formOf, refreshOf, type Answer, type UserAgent } from '../support/user-agent.ts';

const signedOut = 'https://app.example.org/signed-out';

describe('RP-initiated sign-out (OpenID Connect RP-Initiated Logout 1.0)', () => {
  const world = new TokenWorld(() => openTestDatabase('embedded'));
  const signedIn = async (clientOptions: Record<string, unknown> = {}) => {
    const person = await world.newPerson();
    const client = await world.newClient(clientOptions);
    const browser = world.browser();
    const tokens = await tokensFor(browser, client, person.username);
    return { person, client, browser, tokens, hint: tokens.id_token, claims: decodeJwt(tokens.id_token) };
  };
  /** As `signedIn`, of the person who stays signed in: for tests that end nothing. */
  const regular = async (clientOptions: Record<string, unknown> = {}) => {
    const { person, browser } = await world.regular();
    const client = await world.newClient(clientOptions);
    const tokens = await tokensFor(browser, client, person.username);
    return { person, client, browser, tokens, hint: tokens.id_token, claims: decodeJwt(tokens.id_token) };
  };
  type State = Awaited<ReturnType<typeof signedIn>>;

  const http = () => supertest(world.provider.issuer);
  /** The browser follows a link of a client. */
  const visit = (browser: UserAgent, query: Record<string, string>) =>
    http()
      .get('/session/end')
      .query(query)
      .set('Cookie', browser.cookieHeader('/session/end'))
      .set('Accept', 'text/html');
  const forge = (claims: object, header: Record<string, unknown> = {}) =>
    signAsProvider(world.provider.database, 'RS256', { ...claims }, header);
  const isSignedIn = async ({ client, tokens }: Pick<State, 'client' | 'tokens'>): Promise<boolean> =>
    (await world.server(client).readProfile(tokens.access_token)).status === 200;
  const sessionsOf = async (sub: string): Promise<number> =>
    (await world.sql('select 1 from sessions where account_id = ?', sub)).length;

  describe('by a trusted client, for the session that its hint names', () => {
    it('asks nothing: the session ends and the browser goes back, with the state', async () => {
      const { person, client, browser, tokens, hint } = await signedIn();
      const state = `a b&c=d#e"'<>ü`;
      const answer = await visit(browser, { id_token_hint: hint, post_logout_redirect_uri: signedOut, state }).expect(
        303,
      );
      const location = new URL(String(answer.headers['location']));
      assert.equal(location.origin + location.pathname, signedOut);
      assert.deepEqual([...location.searchParams], [['state', state]]);
      const cookies = answer.headers['set-cookie'] as unknown as string[];
      for (const name of ['latchkey-session', 'latchkey-hint']) {
        assert.ok(
          cookies.some((line) => line.startsWith(`${name}=;`) && line.includes('Expires=Thu, 01 Jan 1970')),
          name,
        );
      }
      assert.equal(await sessionsOf(person.sub), 0);
      await assertDead(world.server(client), tokens.access_token);
      const [event] = await world.sql(
        `select actor, details from security_events where event = 'session.ended' and account_id = ?`,
        person.sub,
      );
      assert.deepEqual(event, { actor: `client:${client.client_id}`, details: { cause: 'sign-out' } });
    });

    it('shows a page where no way back was asked for', async () => {
      const { browser, hint, ...state } = await signedIn();
      const answer = await visit(browser, { id_token_hint: hint, state: 'ignored' }).expect(200);
      assert.match(answer.text, /You are signed out/);
      assert.equal(await isSignedIn(state), false);
    });

    it('takes a hint that has expired, as hints do', async () => {
      const { browser, claims, ...state } = await signedIn();
      const now = Math.floor(Date.now() / 1000);
      const expired = await forge({ ...claims, iat: now - 90_000, exp: now - 86_400 });
      await visit(browser, { id_token_hint: expired, post_logout_redirect_uri: signedOut }).expect(303);
      assert.equal(await isSignedIn(state), false);
    });

    it('keeps the query of the registered way back, and adds no state of its own', async () => {
      const uri = 'https://app.example.org/bye?lang=de&from=a%2Fb';
      const { browser, hint } = await signedIn({ postLogoutRedirectUris: [uri] });
      const answer = await visit(browser, { id_token_hint: hint, post_logout_redirect_uri: uri }).expect(303);
      assert.deepEqual(
        [...new URL(String(answer.headers['location'])).searchParams],
        [
          ['lang', 'de'],
          ['from', 'a/b'],
        ],
      );
    });

    it('leaves the other browsers of the person alone', async () => {
      const { person, client, browser, hint } = await signedIn();
      const elsewhere = await tokensFor(world.browser(), client, person.username);
      await visit(browser, { id_token_hint: hint }).expect(200);
      await assertGood(world.server(client), elsewhere.access_token);
    });

    it('twice is the same as once: back with the state, or a page', async () => {
      const { client, browser, hint } = await signedIn();
      await visit(browser, { id_token_hint: hint }).expect(200);
      const back = { id_token_hint: hint, post_logout_redirect_uri: signedOut, state: 'x' };
      for (const agent of [browser, world.browser()]) {
        const answer = await visit(agent, back).expect(303);
        assert.equal(answer.headers['location'], `${signedOut}?state=x`);
        assert.match((await visit(agent, {}).expect(200)).text, /You are signed out/);
        const named = { client_id: client.client_id, post_logout_redirect_uri: signedOut };
        assert.equal((await visit(agent, named).expect(303)).headers['location'], signedOut);
      }
    });
  });

  describe('asks the person first', () => {
    const questions: readonly (readonly [what: string, query: (state: State) => Promise<Record<string, string>>])[] = [
      ['without any parameter', async () => ({})],
      ['with the client’s name alone', async ({ client }) => ({ client_id: client.client_id })],
      [
        'with the hint of another session of the same person',
        async ({ person, client }) => ({
          id_token_hint: (await tokensFor(world.browser(), client, person.username)).id_token,
        }),
      ],
      [
        'with a hint that names another session',
        async ({ claims }) => ({ id_token_hint: await forge({ ...claims, sid: 'AAAAAAAAAAAAAAAAAAAAAA' }) }),
      ],
      [
        'with a hint that names no session',
        async ({ claims }) => ({ id_token_hint: await forge({ ...claims, sid: undefined }) }),
      ],
      [
        'with a hint of somebody else',
        async ({ claims }) => ({ id_token_hint: await forge({ ...claims, sub: (await world.newPerson()).sub }) }),
      ],
      [
        'with the session’s name towards another client',
        async ({ claims }) => ({ id_token_hint: await forge({ ...claims, aud: (await world.newClient()).client_id }) }),
      ],
    ];
    for (const [what, query] of questions) {
      it(what, async () => {
        const state = await regular();
        const answer = await visit(state.browser, await query(state)).expect(200);
        assert.match(answer.text, /Sign out\?/);
        assert.match(answer.text, new RegExp(`\\b${state.person.username}\\b`));
        assert.equal(answer.headers['cache-control'], 'no-store');
        assert.ok(await isSignedIn(state));
      });
    }

    it('where the client is not trusted, although its hint names this session', async () => {
      const { person, browser } = await world.regular();
      const client = await world.newClient({ trusted: false, clientName: 'Foreign Notes' });
      const tokens = await tokensFor(browser, client, person.username);
      const answer = await visit(browser, { id_token_hint: tokens.id_token }).expect(200);
      assert.match(answer.text, /Foreign Notes.* asks to sign you out/s);
      assert.ok(await isSignedIn({ client, tokens }));
    });
  });

  describe('the question', () => {
    const question = async (state: State, query: Record<string, string> = {}): Promise<Answer> => {
      const parameters = new URLSearchParams({ client_id: state.client.client_id, ...query }).toString();
      const page = await state.browser.ask(`/session/end?${parameters}`);
      assert.equal(page.status, 200, page.text);
      return page;
    };
    const answerIt = (
      browser: UserAgent,
      page: Answer,
      fields: Record<string, string>,
      headers = {},
    ): Promise<Answer> => {
      const form = formOf(page, '/confirm');
      return browser.ask(form.action, { form: { ...form.fields, ...fields }, headers });
    };

    it('answered with yes ends the session and goes on to the way back, with the state', async () => {
      const state = await signedIn();
      const page = await question(state, { post_logout_redirect_uri: signedOut, state: 'a b' });
      const answer = await answerIt(state.browser, page, { decision: 'sign-out' });
      assert.equal(answer.status, 200);
      assert.equal(refreshOf(answer), `${signedOut}?state=a+b`);
      assert.equal(await isSignedIn(state), false);
      assert.equal(state.browser.cookie('latchkey-session'), undefined);
      const [event] = await world.sql(
        `select actor from security_events where event = 'session.ended' and account_id = ?`,
        state.person.sub,
      );
      assert.deepEqual(event, { actor: `account:${state.person.sub}` });
    });

    it('answered with yes shows a page where no way back was asked for', async () => {
      const state = await signedIn();
      const answer = await answerIt(state.browser, await question(state), { decision: 'sign-out' });
      assert.match(answer.text, /You are signed out/);
      assert.doesNotMatch(answer.text, /http-equiv="refresh"/);
      assert.equal(await isSignedIn(state), false);
    });

    it('answered with no leaves the person signed in, at the start page', async () => {
      const state = await regular();
      const page = await question(state, { post_logout_redirect_uri: signedOut });
      const answer = await answerIt(state.browser, page, { decision: 'stay' });
      assert.equal(answer.status, 303);
      assert.equal(answer.location?.href, `${world.provider.issuer}/`);
      assert.ok(await isSignedIn(state));
    });

    const altered: readonly (readonly [
      what: string,
      status: number,
      fields: Record<string, string>,
      headers?: Record<string, string>,
    ])[] = [
      ['without a token', 403, { csrf_token: '', decision: 'sign-out' }],
      ['with a token of somebody else', 403, { csrf_token: 'AAAA.BBBB', decision: 'sign-out' }],
      ['from another origin', 403, { decision: 'sign-out' }, { origin: 'https://evil.example' }],
      ['from another site', 403, { decision: 'sign-out' }, { 'sec-fetch-site': 'cross-site' }],
      ['without a decision', 400, {}],
      ['with an unknown decision', 400, { decision: 'maybe' }],
    ];
    for (const [what, status, fields, headers] of altered) {
      it(`answered ${what} ends nothing`, async () => {
        const state = await regular();
        const answer = await answerIt(state.browser, await question(state), fields, headers);
        assert.equal(answer.status, status);
        assert.ok(await isSignedIn(state));
      });
    }

    it('of another browser ends nothing here', async () => {
      const state = await regular();
      const page = await question(state);
      const answer = await answerIt(world.browser(), page, { decision: 'sign-out' });
      assert.equal(answer.status, 403);
      assert.ok(await isSignedIn(state));
    });

    const turned: readonly (readonly [what: string, fields: Record<string, string>])[] = [
      ['to a stranger', { post_logout_redirect_uri: 'https://evil.example/' }],
      ['to a way back without its client', { client_id: '', post_logout_redirect_uri: signedOut }],
      ['to an unknown client', { client_id: 'nobody', post_logout_redirect_uri: signedOut }],
    ];
    for (const [what, fields] of turned) {
      it(`whose form was turned ${what} signs out and sends nowhere`, async () => {
        const state = await signedIn();
        const page = await question(state, { post_logout_redirect_uri: signedOut });
        const answer = await answerIt(state.browser, page, { ...fields, decision: 'sign-out' });
        assert.equal(answer.status, 200);
        assert.match(answer.text, /You are signed out/);
        assert.doesNotMatch(answer.text, /evil\.example|http-equiv="refresh"/);
        assert.equal(await isSignedIn(state), false);
      });
    }

    it('answered after the client was disabled signs out all the same', async () => {
      const state = await signedIn();
      const page = await question(state, { post_logout_redirect_uri: signedOut });
      await world.provider.command('client.disable', { clientId: state.client.client_id });
      const answer = await answerIt(state.browser, page, { decision: 'sign-out' });
      assert.match(answer.text, /You are signed out/);
      assert.equal(await sessionsOf(state.person.sub), 0);
    });

    it('answered after the session was over goes back all the same', async () => {
      const state = await signedIn();
      const page = await question(state, { post_logout_redirect_uri: signedOut });
      await world.provider.command('account.sign-out', { account: state.person.sub });
      const answer = await answerIt(state.browser, page, { decision: 'sign-out' });
      assert.equal(refreshOf(answer), signedOut);
    });

    it('leads an installed application back to itself (RFC 8252, section 7.1)', async () => {
      const { person, browser } = await signedIn();
      const uri = 'com.example.app:/signed-out';
      await world.provider.addClient('installed', {
        applicationType: 'native',
        trusted: false,
        redirectUris: ['com.example.app:/callback'],
        postLogoutRedirectUris: [uri, 'http://127.0.0.1/bye'],
      });
      const state = { person, browser, client: { client_id: 'installed', client_secret: '' } } as State;
      const loopback = await question(state, { post_logout_redirect_uri: 'http://127.0.0.1:50123/bye' });
      assert.match(loopback.text, /Sign out\?/);
      const page = await question(state, { post_logout_redirect_uri: uri, state: 'x' });
      const answer = await answerIt(browser, page, { decision: 'sign-out' });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(refreshOf(answer), `${uri}?state=x`);
      assert.equal(await sessionsOf(person.sub), 0);
    });
  });

  describe('is refused with a page, and ends nothing', () => {
    const refusals: readonly (readonly [
      what: string,
      query: (state: State) => Promise<Record<string, string>>,
      text?: RegExp,
    ])[] = [
      [
        'for a way back that is not registered',
        async ({ hint }) => ({ id_token_hint: hint, post_logout_redirect_uri: 'https://evil.example/' }),
      ],
      [
        'for a way back with more path',
        async ({ hint }) => ({ id_token_hint: hint, post_logout_redirect_uri: `${signedOut}/x` }),
      ],
      [
        'for a way back with a query',
        async ({ hint }) => ({ id_token_hint: hint, post_logout_redirect_uri: `${signedOut}?x` }),
      ],
      [
        'for a way back in another case',
        async ({ hint }) => ({ id_token_hint: hint, post_logout_redirect_uri: signedOut.toUpperCase() }),
      ],
      [
        'for the way back of another client',
        async ({ hint }) => {
          const uri = 'https://other.example.org/bye';
          await world.newClient({ postLogoutRedirectUris: [uri] });
          return { id_token_hint: hint, post_logout_redirect_uri: uri };
        },
      ],
      ['for a hint that is no JWT', async () => ({ id_token_hint: 'hint' })],
      ['for a hint with another signature', async ({ hint }) => ({ id_token_hint: `${hint.slice(0, -6)}AAAAAA` })],
      [
        'for a hint without signature',
        async ({ hint }) => ({ id_token_hint: `eyJhbGciOiJub25lIn0.${hint.split('.')[1] ?? ''}.` }),
      ],
      [
        'for a hint of another issuer',
        async ({ claims }) => ({ id_token_hint: await forge({ ...claims, iss: 'https://x.example' }) }),
      ],
      [
        'for a hint for several clients',
        async ({ claims, client }) => ({ id_token_hint: await forge({ ...claims, aud: [client.client_id, 'x'] }) }),
      ],
      [
        'for a client_id that is not the hint’s',
        async ({ hint }) => ({ id_token_hint: hint, client_id: (await world.newClient()).client_id }),
      ],
      ['for an unknown client', async () => ({ client_id: 'nobody' }), /This application is not known here/],
      [
        'for a hint for an unknown client',
        async ({ claims }) => ({ id_token_hint: await forge({ ...claims, aud: 'nobody' }) }),
        /This application is not known here/,
      ],
      [
        'for a disabled client',
        async () => {
          const client = await world.newClient();
          await world.provider.command('client.disable', { clientId: client.client_id });
          return { client_id: client.client_id, post_logout_redirect_uri: signedOut };
        },
        /This application is not known here/,
      ],
    ];
    for (const [what, query, text = /This request cannot be answered/] of refusals) {
      it(what, async () => {
        const state = await regular();
        const answer = await visit(state.browser, await query(state)).expect(400);
        assert.match(answer.text, text);
        assert.equal(answer.headers['location'], undefined);
        assert.doesNotMatch(answer.text, /evil\.example|http-equiv="refresh"/);
        assert.ok(await isSignedIn(state));
      });
    }

    it('for a parameter that came twice', async () => {
      const state = await regular();
      const path = `/session/end?client_id=${state.client.client_id}&client_id=x`;
      assert.equal((await state.browser.ask(path)).status, 400);
      assert.ok(await isSignedIn(state));
    });
  });

  it('sends nowhere on the word of nobody: a way back without a client is left out', async () => {
    const state = await signedIn();
    const page = await state.browser.ask(
      `/session/end?post_logout_redirect_uri=${encodeURIComponent(signedOut)}&state=x`,
    );
    const { action, fields } = formOf(page, '/confirm');
    assert.ok(!('post_logout_redirect_uri' in fields));
    const answer = await state.browser.ask(action, { form: { ...fields, decision: 'sign-out' } });
    assert.match(answer.text, /You are signed out/);
    assert.doesNotMatch(answer.text, /http-equiv="refresh"/);
  });

  describe('by a form (section 2: POST)', () => {
    it('from another site, which brings no cookie, is repeated by the browser as a GET', async () => {
      const { browser, hint, client, tokens } = await signedIn();
      const answer = await http()
        .post('/session/end')
        .type('form')
        .set('Origin', 'https://app.example.org')
        .set('Sec-Fetch-Site', 'cross-site')
        .send({
          id_token_hint: hint,
          post_logout_redirect_uri: signedOut,
          state: 'x',
          decision: 'sign-out',
          other: 'y',
        })
        .expect(303);
      await assertGood(world.server(client), tokens.access_token);
      const location = new URL(String(answer.headers['location']), world.provider.issuer);
      assert.equal(location.origin + location.pathname, `${world.provider.issuer}/session/end`);
      assert.deepEqual([...location.searchParams.keys()], ['id_token_hint', 'post_logout_redirect_uri', 'state']);
      const final = await browser.ask(location);
      assert.equal(final.location?.href, `${signedOut}?state=x`);
      await assertDead(world.server(client), tokens.access_token);
    });

    it('that is no form is refused', async () => {
      await http().post('/session/end').send({ client_id: 'x' }).expect(415);
    });
  });

  it('in whatever language is asked for shows a page', async () => {
    const { browser } = await world.regular();
    for (const locale of ['de', '<script>', 'x'.repeat(500)]) {
      const answer = await visit(browser, { ui_locales: locale }).expect(200);
      assert.match(answer.text, /<html lang="en"/);
      assert.doesNotMatch(answer.text, /<script/);
    }
  });

  it('is over for good: no silent sign-in afterwards', async () => {
    const { client, browser, hint } = await signedIn();
    await browser.ask(`/session/end?id_token_hint=${hint}`);
    const response = responseOf(await begin(browser, authorizationRequest(client.client_id, { prompt: 'none' })));
    assert.equal(response.get('error'), 'login_required');
  });

  it('leaves neither an unexpected error nor an ID token in the log', () => {
    assert.doesNotMatch(world.provider.log(), /"level":(?:50|60)|eyJ/);
  });
});
