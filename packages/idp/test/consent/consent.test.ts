import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import {
  allow,
  begin,
  deny,
  follow,
  goThrough,
  kindOf,
  pageOf,
  responseOf,
  submit,
  submitSignIn,
  tokensFor,
} from '../support/steps.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { TokenWorld } from '../support/token-world.ts';
import { authorizationRequest, formOf, type Answer, type UserAgent } from '../support/user-agent.ts';

const registered = 'openid profile email groups offline_access';

describe('consent', () => {
  const world = new TokenWorld(() => openTestDatabase('embedded'));
  const untrusted = (more: Record<string, unknown> = {}) =>
    world.newClient({ trusted: false, scope: registered, ...more });
  const consentsOf = async (clientId: string): Promise<Record<string, unknown>[]> =>
    world.sql('select account_id, scope, resource_scopes from consents where client_id = ?', clientId);
  const ask = async (browser: UserAgent, clientId: string, more: Record<string, string | undefined> = {}) =>
    begin(browser, authorizationRequest(clientId, more));
  const askedFor = (page: Answer): string[] =>
    [...page.text.matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, text = '']) => text.replaceAll(/<[^>]+>/g, ''));

  describe('of a client that is not trusted', () => {
    it('is asked once: who asks for what, who is asked, and where the answer goes', async () => {
      const { person, browser } = await world.regular();
      const client = await untrusted({ clientName: 'Foreign Notes' });
      const page = pageOf(await ask(browser, client.client_id, { scope: 'openid profile email groups' }));
      assert.equal(kindOf(page), 'consent');
      assert.equal(page.status, 200);
      assert.match(page.text, /Foreign Notes/);
      assert.match(page.text, new RegExp(person.username));
      assert.match(page.text, /Your answer is sent to .*app\.example\.org/);
      assert.deepEqual(askedFor(page), [
        'Recognise you when you come back, by an identifier that never changes',
        'See your name, user name, picture and language',
        'See your e-mail address, and whether it was verified',
        'See which groups you belong to',
      ]);
      assert.ok(responseOf(await allow(browser, page)).has('code'));
      assert.ok(responseOf(await ask(browser, client.client_id)).has('code'));
      assert.ok(responseOf(await ask(browser, client.client_id, { prompt: 'none' })).has('code'));
      assert.equal(await world.events('consent.granted', client.client_id), 1);
    });

    it('counts in another browser of the same person too', async () => {
      const { person, browser } = await world.regular();
      const client = await untrusted();
      await goThrough(browser, authorizationRequest(client.client_id), person.username);
      const elsewhere = world.browser();
      const signIn = pageOf(await ask(elsewhere, client.client_id));
      assert.ok(responseOf(await submitSignIn(elsewhere, signIn, person.username)).has('code'));
    });

    it('is asked again for more, not for less, and the record grows', async () => {
      const { person, browser } = await world.regular();
      const client = await untrusted();
      const scopes = async (scope: string): Promise<'asked' | 'not asked'> => {
        const step = await ask(browser, client.client_id, { scope });
        if (step.page === undefined) return 'not asked';
        assert.ok(responseOf(await allow(browser, step.page)).has('code'));
        return 'asked';
      };
      assert.equal(await scopes('openid profile'), 'asked');
      assert.equal(await scopes('openid'), 'not asked');
      assert.equal(await scopes('openid profile groups'), 'asked');
      assert.equal(await scopes('openid email'), 'asked');
      assert.equal(await scopes('openid profile email groups'), 'not asked');
      const [consent] = await consentsOf(client.client_id);
      assert.equal(consent?.['account_id'], person.sub);
      assert.deepEqual(String(consent?.['scope']).split(' ').toSorted(), ['email', 'groups', 'openid', 'profile']);
    });

    it('refused tells the client access_denied, and nothing is kept but the session', async () => {
      const { browser } = await world.regular();
      const client = await untrusted();
      const authorization = authorizationRequest(client.client_id);
      const response = responseOf(await deny(browser, pageOf(await begin(browser, authorization))));
      assert.equal(response.get('error'), 'access_denied');
      assert.equal(response.get('state'), authorization.state);
      assert.equal(response.get('iss'), world.provider.issuer);
      assert.equal(response.get('code'), null);
      assert.deepEqual(await consentsOf(client.client_id), []);
      assert.equal(await world.events('consent.denied', client.client_id), 1);
      assert.equal(kindOf(pageOf(await ask(browser, client.client_id))), 'consent');
      assert.ok(responseOf(await ask(browser, (await world.newClient()).client_id, { prompt: 'none' })).has('code'));
    });

    it('of one account is not that of another, in the same browser either', async () => {
      const first = await world.newPerson();
      const second = await world.newPerson();
      const client = await untrusted();
      const browser = world.browser();
      await goThrough(browser, authorizationRequest(client.client_id), first.username);
      const signIn = pageOf(await ask(browser, client.client_id, { prompt: 'login' }));
      const page = pageOf(await submitSignIn(browser, signIn, second.username));
      assert.equal(kindOf(page), 'consent');
      assert.match(page.text, new RegExp(second.username));
      assert.doesNotMatch(page.text, new RegExp(`\\b${first.username}\\b`));
      assert.ok(responseOf(await allow(browser, page)).has('code'));
      const people = new Set((await consentsOf(client.client_id)).map((row) => row['account_id']));
      assert.deepEqual(people, new Set([first.sub, second.sub]));
    });

    it('of one client is not that of another', async () => {
      const { person, browser } = await world.regular();
      const [first, second] = [await untrusted(), await untrusted()];
      await goThrough(browser, authorizationRequest(first.client_id), person.username);
      assert.equal(
        responseOf(await ask(browser, second.client_id, { prompt: 'none' })).get('error'),
        'consent_required',
      );
    });

    it('cannot be given silently: consent_required with a session, login_required without', async () => {
      const { browser } = await world.regular();
      const client = await untrusted();
      for (const [agent, error] of [
        [browser, 'consent_required'],
        [world.browser(), 'login_required'],
      ] as const) {
        const authorization = authorizationRequest(client.client_id, { prompt: 'none' });
        const response = responseOf(await begin(agent, authorization));
        assert.equal(response.get('error'), error);
        assert.equal(response.get('state'), authorization.state);
        assert.equal(response.get('iss'), world.provider.issuer);
      }
    });

    it('is asked again with prompt=consent', async () => {
      const { person, browser } = await world.regular();
      const client = await untrusted();
      await goThrough(browser, authorizationRequest(client.client_id), person.username);
      const page = pageOf(await ask(browser, client.client_id, { prompt: 'consent' }));
      assert.equal(kindOf(page), 'consent');
      assert.equal(responseOf(await deny(browser, page)).get('error'), 'access_denied');
    });

    it('shows a client’s name as text, whatever is in it', async () => {
      const { browser } = await world.regular();
      const client = await untrusted({ clientName: '<script>alert("x")</script> & Co' });
      const page = pageOf(await ask(browser, client.client_id));
      assert.doesNotMatch(page.text, /<script/);
      assert.match(page.text, /&lt;script&gt;alert\(&quot;x&quot;\)&lt;\/script&gt; &amp; Co/);
    });
  });

  describe('of a trusted client', () => {
    it('is not asked', async () => {
      const { browser } = await world.regular();
      const client = await world.newClient({ scope: registered });
      assert.ok(responseOf(await ask(browser, client.client_id, { scope: 'openid profile groups' })).has('code'));
      assert.deepEqual(await consentsOf(client.client_id), []);
    });

    it('is asked with prompt=consent, and may be refused', async () => {
      const { browser } = await world.regular();
      const client = await world.newClient();
      const page = pageOf(await ask(browser, client.client_id, { prompt: 'consent' }));
      assert.equal(kindOf(page), 'consent');
      assert.equal(responseOf(await deny(browser, page)).get('error'), 'access_denied');
      const again = pageOf(await ask(browser, client.client_id, { prompt: 'consent' }));
      assert.ok(responseOf(await allow(browser, again)).has('code'));
    });

    it('is asked once the client is trusted no more', async () => {
      const { browser } = await world.regular();
      const client = await world.newClient();
      assert.ok(responseOf(await ask(browser, client.client_id)).has('code'));
      await world.provider.command('client.update', { clientId: client.client_id, trusted: false });
      assert.equal(kindOf(pageOf(await ask(browser, client.client_id))), 'consent');
    });
  });

  describe('of a native client', () => {
    it('is asked every time, with a word of caution, as anybody can use its name (RFC 8252, section 8.6)', async () => {
      const { browser } = await world.regular();
      const uri = 'com.example.app:/callback';
      await world.provider.addClient('installed', { applicationType: 'native', trusted: false, redirectUris: [uri] });
      for (let turn = 0; turn < 2; turn += 1) {
        const page = pageOf(await ask(browser, 'installed', { redirect_uri: uri }));
        assert.equal(kindOf(page), 'consent');
        assert.match(page.text, /its name cannot be checked from here/);
        assert.doesNotMatch(page.text, /Your answer is sent to/);
        assert.ok(responseOf(await allow(browser, page)).has('code'));
      }
    });
  });

  describe('for APIs (RFC 8707)', () => {
    const api = 'https://api.example.org/notes';
    const other = 'https://api.example.org/mail';
    const scope = 'openid profile notes:read notes:write mail:read';
    before(async () => {
      await world.newClient({ redirectUris: [], resource: api, resourceScope: 'notes:read notes:write' });
      await world.newClient({ redirectUris: [], resource: other, resourceScope: 'mail:read' });
    });

    it('names the API and the scopes there, and is kept for each API', async () => {
      const { person, browser } = await world.regular();
      const client = await untrusted({ scope });
      const page = pageOf(
        await ask(browser, client.client_id, { scope: 'openid notes:read mail:read', resource: api }),
      );
      assert.match(page.text, /at .*https:\/\/api\.example\.org\/notes/);
      assert.deepEqual(askedFor(page).slice(1), ['Use the permission notes:read']);
      assert.ok(responseOf(await allow(browser, page)).has('code'));
      const [consent] = await consentsOf(client.client_id);
      assert.equal(consent?.['scope'], 'openid');
      assert.deepEqual(consent?.['resource_scopes'], { [api]: 'notes:read' });
      const target = { parameters: { resource: api } };
      const request = { scope: 'openid notes:read', resource: api, prompt: 'none' };
      const tokens = await tokensFor(browser, client, person.username, request, target);
      assert.equal(decodeJwt(tokens.access_token)['scope'], 'notes:read');
    });

    it('is asked again for more there, and for another API', async () => {
      const { browser } = await world.regular();
      const client = await untrusted({ scope });
      const steps: readonly (readonly [Record<string, string>, 'asked' | 'not asked'])[] = [
        [{ scope: 'openid notes:read', resource: api }, 'asked'],
        [{ scope: 'openid notes:read', resource: api }, 'not asked'],
        [{ scope: 'openid notes:read notes:write', resource: api }, 'asked'],
        [{ scope: 'openid mail:read', resource: other }, 'asked'],
        [{ scope: 'openid notes:read notes:write', resource: api }, 'not asked'],
      ];
      for (const [more, expected] of steps) {
        const step = await ask(browser, client.client_id, more);
        assert.equal(step.page === undefined ? 'not asked' : 'asked', expected, JSON.stringify(more));
        if (step.page) await allow(browser, step.page);
      }
      const silent = await ask(browser, (await untrusted({ scope })).client_id, {
        scope: 'openid notes:read',
        resource: api,
        prompt: 'none',
      });
      assert.equal(responseOf(silent).get('error'), 'consent_required');
    });
  });

  describe('its form', () => {
    const consentPage = async (browser: UserAgent, clientId: string): Promise<Answer> => {
      const page = pageOf(await ask(browser, clientId, { scope: 'openid profile' }));
      assert.equal(kindOf(page), 'consent');
      return page;
    };
    const post = (browser: UserAgent, page: Answer, fields: Record<string, string>, headers = {}) => {
      const form = formOf(page, '/consent');
      return browser.ask(form.action, { form: { ...form.fields, ...fields }, headers });
    };

    const altered: readonly (readonly [
      what: string,
      status: number,
      send: (browser: UserAgent, page: Answer) => Promise<Answer>,
    ])[] = [
      ['without a token', 403, (browser, page) => post(browser, page, { csrf_token: '', decision: 'allow' })],
      [
        'with the token of another interaction',
        403,
        async (browser, page) => {
          const other = await consentPage(browser, (await untrusted()).client_id);
          const { csrf_token: token = '' } = formOf(other, '/consent').fields;
          return post(browser, page, { csrf_token: token, decision: 'allow' });
        },
      ],
      [
        'from another origin',
        403,
        (browser, page) => post(browser, page, { decision: 'allow' }, { origin: 'https://evil.example' }),
      ],
      [
        'from another site',
        403,
        (browser, page) => post(browser, page, { decision: 'allow' }, { 'sec-fetch-site': 'cross-site' }),
      ],
      ['without a decision', 400, (browser, page) => post(browser, page, {})],
      ['with an unknown decision', 400, (browser, page) => post(browser, page, { decision: 'maybe' })],
      [
        'with two decisions',
        400,
        (browser, page) => {
          const { action, fields } = formOf(page, '/consent');
          const body = `${new URLSearchParams(fields).toString()}&decision=deny&decision=allow`;
          return browser.ask(action, { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
        },
      ],
      [
        'as JSON',
        415,
        (browser, page) => {
          const { action, fields } = formOf(page, '/consent');
          const body = JSON.stringify({ ...fields, decision: 'allow' });
          return browser.ask(action, { body, headers: { 'content-type': 'application/json' } });
        },
      ],
    ];
    for (const [what, status, send] of altered) {
      it(`sent ${what} allows nothing, and the page can still be answered`, async () => {
        const { browser } = await world.regular();
        const client = await untrusted();
        const page = await consentPage(browser, client.client_id);
        const answer = await send(browser, page);
        assert.equal(answer.status, status, answer.text);
        assert.deepEqual(await consentsOf(client.client_id), []);
        assert.ok(responseOf(await allow(browser, page)).has('code'));
      });
    }

    it('cannot ask for more than the request did, nor for somebody else', async () => {
      const { person, browser } = await world.regular();
      const other = await world.newPerson();
      const client = await untrusted();
      const page = await consentPage(browser, client.client_id);
      const more = { scope: 'openid profile email groups', account_id: other.sub, client_id: 'another' };
      await follow(browser, await post(browser, page, { ...more, decision: 'allow' }));
      assert.deepEqual(await consentsOf(client.client_id), [
        { account_id: person.sub, scope: 'openid profile', resource_scopes: {} },
      ]);
    });

    it('is worth nothing in another browser', async () => {
      const { browser } = await world.regular();
      const client = await untrusted();
      const page = await consentPage(browser, client.client_id);
      const stranger = world.browser();
      const answer = await post(stranger, page, { decision: 'allow' });
      assert.equal(answer.status, 400);
      assert.deepEqual(await consentsOf(client.client_id), []);
    });

    it('is worth nothing once the person has signed out', async () => {
      const person = await world.newPerson();
      const client = await untrusted();
      const browser = world.browser();
      const signIn = pageOf(await ask(browser, client.client_id));
      const page = pageOf(await submitSignIn(browser, signIn, person.username));
      await world.provider.command('account.sign-out', { account: person.sub });
      const answer = await post(browser, page, { decision: 'allow' });
      assert.equal(answer.status, 400);
      assert.deepEqual(await consentsOf(client.client_id), []);
    });

    it('allows nothing in the name of whoever signed in meanwhile in another tab', async () => {
      const [first, second] = [await world.newPerson(), await world.newPerson()];
      const client = await untrusted();
      const browser = world.browser();
      const signIn = pageOf(await ask(browser, client.client_id));
      const page = pageOf(await submitSignIn(browser, signIn, first.username));
      const tab = pageOf(await ask(browser, (await world.newClient()).client_id, { prompt: 'login' }));
      responseOf(await submitSignIn(browser, tab, second.username));
      const answer = await post(browser, page, { decision: 'allow' });
      assert.equal(answer.status, 400);
      assert.deepEqual(await consentsOf(client.client_id), []);
    });

    it('answered twice says that it is done, and the second answer changes nothing', async () => {
      const { browser } = await world.regular();
      const client = await untrusted();
      const page = await consentPage(browser, client.client_id);
      assert.ok(responseOf(await allow(browser, page)).has('code'));
      const again = await post(browser, page, { decision: 'deny' });
      assert.equal(again.status, 400);
      assert.match(again.text, /This step is done already/);
      assert.equal((await consentsOf(client.client_id)).length, 1);
      assert.equal(await world.events('consent.denied', client.client_id), 0);
    });

    it('cannot be skipped by the forms of the other steps', async () => {
      const { person, browser } = await world.regular();
      const client = await untrusted();
      const page = await consentPage(browser, client.client_id);
      const { action, fields } = formOf(page, '/consent');
      const others: readonly (readonly [step: string, more: Record<string, string>])[] = [
        ['/select-account', { decision: 'continue' }],
        ['/sign-in', { username: person.username, password: 'correct horse battery staple' }],
      ];
      for (const [step, more] of others) {
        const answer = await browser.ask(action.replace('/consent', step), { form: { ...fields, ...more } });
        assert.equal(answer.status, 400);
      }
      assert.deepEqual(await consentsOf(client.client_id), []);
      assert.ok(responseOf(await allow(browser, page)).has('code'));
    });

    it('sent at the sign-in step allows nothing', async () => {
      const client = await untrusted();
      const browser = world.browser();
      const page = pageOf(await ask(browser, client.client_id));
      const { action, fields } = formOf(page, '/sign-in');
      const answer = await browser.ask(action.replace('/sign-in', '/consent'), {
        form: { ...fields, decision: 'allow' },
      });
      assert.equal(answer.status, 400);
      assert.deepEqual(await consentsOf(client.client_id), []);
    });

    it('for a client that was disabled meanwhile ends at a page', async () => {
      const { browser } = await world.regular();
      const client = await untrusted();
      const page = await consentPage(browser, client.client_id);
      await world.provider.command('client.disable', { clientId: client.client_id });
      const after = pageOf(await submit(browser, page, '/consent', { decision: 'allow' }));
      assert.equal(after.status, 400);
      assert.match(after.text, /This application is not known here/);
    });
  });

  it('leaves no unexpected error in the log', () => {
    assert.doesNotMatch(world.provider.log(), /"level":(?:50|60)/);
  });
});
