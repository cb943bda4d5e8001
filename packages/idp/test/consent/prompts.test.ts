import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { signAsProvider } from '../support/signing-keys.ts';
import {
  begin,
  follow,
  kindOf,
  pageOf,
  responseOf,
  submit,
  submitSignIn,
  tokensFor,
  type Step,
} from '../support/steps.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { TokenWorld } from '../support/token-world.ts';
import { authorizationRequest, formOf, type UserAgent } from '../support/user-agent.ts';

describe('the parameters of an authentication request (OpenID Connect Core 1.0, section 3.1.2.1)', () => {
  const world = new TokenWorld(() => openTestDatabase('embedded'));
  const ask = async (browser: UserAgent, clientId: string, more: Record<string, string | undefined> = {}) =>
    begin(browser, authorizationRequest(clientId, more));
  /** Somebody newly signed in at a new client, with the claims of the ID token. */
  const signedIn = async () => {
    const person = await world.newPerson();
    const client = await world.newClient();
    const browser = world.browser();
    const { id_token: idToken } = await tokensFor(browser, client, person.username);
    return { person, client, browser, idToken, claims: decodeJwt(idToken) };
  };
  /** As `signedIn`, of the person who stays signed in: for tests that end nothing. */
  const regular = async () => {
    const { person, browser } = await world.regular();
    const client = await world.newClient();
    const { id_token: idToken } = await tokensFor(browser, client, person.username);
    return { person, client, browser, idToken, claims: decodeJwt(idToken) };
  };
  const idTokenFrom = async (
    step: Step,
    client: { client_id: string; client_secret: string },
    codeVerifier: string,
  ) => {
    const code = responseOf(step).get('code') ?? '';
    const answer = await world.server(client).exchange({ code, code_verifier: codeVerifier });
    assert.equal(answer.status, 200, answer.text);
    return decodeJwt(String(answer.json()['id_token']));
  };
  const userNameField = (text: string): string | undefined =>
    /<input\b[^>]*\bname="username"[^>]*>/.exec(text)?.[0]?.match(/\bvalue="([^"]*)"/)?.[1];

  describe('prompt=login', () => {
    it('asks whoever is signed in to prove it again, and keeps the session under a new cookie', async () => {
      const { person, client, browser, claims } = await signedIn();
      const cookie = browser.cookie('latchkey-session');
      await world.sql(
        `update sessions set authenticated_at = authenticated_at - interval '1 hour' where account_id = ?`,
        person.sub,
      );
      const authorization = authorizationRequest(client.client_id, { prompt: 'login' });
      const page = pageOf(await begin(browser, authorization));
      assert.equal(kindOf(page), 'sign-in');
      assert.match(page.text, /Sign in again/);
      assert.match(page.text, new RegExp(person.username));
      const step = await submitSignIn(browser, page, person.username);
      const after = await idTokenFrom(step, client, authorization.codeVerifier);
      assert.equal(after['sid'], claims['sid']);
      assert.equal(after['session_expires_at'], claims['session_expires_at']);
      assert.ok(Number(after['auth_time']) >= Number(claims['auth_time']));
      assert.notEqual(browser.cookie('latchkey-session'), cookie);
    });

    it('yields nothing until the password was right', async () => {
      const { person, client, browser } = await regular();
      const started = await browser.ask(authorizationRequest(client.client_id, { prompt: 'login' }).url);
      const page = await browser.ask(started.location ?? '');
      const wrong = pageOf(await submitSignIn(browser, page, person.username, 'wrong password here'));
      assert.equal(wrong.status, 401);
      const resumed = await follow(browser, await browser.ask(page.url.pathname.replace('/interaction/', '/auth/')));
      assert.equal(kindOf(pageOf(resumed)), 'sign-in');
    });

    it('as somebody else ends the session that was there', async () => {
      const { person, client, browser, claims } = await signedIn();
      const other = await world.newPerson();
      const authorization = authorizationRequest(client.client_id, { prompt: 'login' });
      const step = await submitSignIn(browser, pageOf(await begin(browser, authorization)), other.username);
      const after = await idTokenFrom(step, client, authorization.codeVerifier);
      assert.equal(after.sub, other.sub);
      assert.notEqual(after['sid'], claims['sid']);
      assert.equal((await world.sql('select 1 from sessions where account_id = ?', person.sub)).length, 0);
    });

    it('and consent are asked one after the other', async () => {
      const { person, client, browser } = await regular();
      const page = pageOf(await ask(browser, client.client_id, { prompt: 'login consent' }));
      assert.equal(kindOf(page), 'sign-in');
      const next = pageOf(await submitSignIn(browser, page, person.username));
      assert.equal(kindOf(next), 'consent');
      assert.ok(responseOf(await submit(browser, next, '/consent', { decision: 'allow' })).has('code'));
    });

    it('can be cancelled, which leaves the session as it is', async () => {
      const { client, browser } = await regular();
      const page = pageOf(await ask(browser, client.client_id, { prompt: 'login' }));
      assert.equal(responseOf(await submit(browser, page, '/cancel')).get('error'), 'access_denied');
      assert.ok(responseOf(await ask(browser, client.client_id, { prompt: 'none' })).has('code'));
    });
  });

  describe('max_age', () => {
    const shift = (accountId: string, interval: string) =>
      world.sql(
        'update sessions set authenticated_at = authenticated_at - ?::interval where account_id = ?',
        interval,
        accountId,
      );

    it('0 asks again at once, as prompt=login', async () => {
      const { client, browser } = await regular();
      assert.equal(kindOf(pageOf(await ask(browser, client.client_id, { max_age: '0' }))), 'sign-in');
    });

    it('asks when the last proof is older, and the ID token says when it was', async () => {
      const { person, client, browser } = await signedIn();
      const fresh = await ask(browser, client.client_id, { max_age: '3600' });
      assert.ok(responseOf(fresh).has('code'));
      await shift(person.sub, '2 hours');
      assert.ok(responseOf(await ask(browser, client.client_id)).has('code'));
      assert.ok(responseOf(await ask(browser, client.client_id, { max_age: '10800' })).has('code'));
      const authorization = authorizationRequest(client.client_id, { max_age: '3600' });
      const page = pageOf(await begin(browser, authorization));
      assert.equal(kindOf(page), 'sign-in');
      const step = await submitSignIn(browser, page, person.username);
      const claims = await idTokenFrom(step, client, authorization.codeVerifier);
      assert.ok(Date.now() / 1000 - Number(claims['auth_time']) < 60);
    });

    it('with prompt=none answers login_required when the last proof is older', async () => {
      const { person, client, browser } = await signedIn();
      await shift(person.sub, '2 hours');
      const silent = (maxAge: string) => ask(browser, client.client_id, { max_age: maxAge, prompt: 'none' });
      assert.equal(responseOf(await silent('3600')).get('error'), 'login_required');
      assert.ok(responseOf(await silent('10800')).has('code'));
    });

    for (const maxAge of ['-1', '1.5', 'soon', '99999999999999999999']) {
      it(`${maxAge} is refused to the client`, async () => {
        const { browser } = await world.regular();
        const client = await world.newClient();
        assert.equal(
          responseOf(await ask(browser, client.client_id, { max_age: maxAge })).get('error'),
          'invalid_request',
        );
      });
    }
  });

  describe('login_hint', () => {
    it('stands in the field for the user name, where the person can change it', async () => {
      const { person, client } = await signedIn();
      const other = await world.newPerson();
      const browser = world.browser();
      const page = pageOf(await ask(browser, client.client_id, { login_hint: other.username }));
      assert.equal(userNameField(page.text), other.username);
      const authorization = authorizationRequest(client.client_id, { login_hint: other.username });
      const step = await submitSignIn(browser, pageOf(await begin(browser, authorization)), person.username);
      assert.equal((await idTokenFrom(step, client, authorization.codeVerifier)).sub, person.sub);
    });

    it('is text, whatever is in it, and what was typed replaces it', async () => {
      const client = await world.newClient();
      const browser = world.browser();
      const hint = `"><script>alert(1)</script>' onfocus='x`;
      const page = pageOf(await ask(browser, client.client_id, { login_hint: hint }));
      assert.doesNotMatch(page.text, /<script|' onfocus/);
      assert.equal(userNameField(page.text), '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39; onfocus=&#39;x');
      const wrong = pageOf(await submitSignIn(browser, page, 'typed', 'wrong password here'));
      assert.equal(userNameField(wrong.text), 'typed');
    });
  });

  describe('id_token_hint', () => {
    it('of whoever is signed in is answered silently, even when it has expired', async () => {
      const { client, browser, idToken, claims } = await regular();
      const now = Math.floor(Date.now() / 1000);
      const old = { ...claims, iat: now - 7200, exp: now - 3600 };
      const expired = await signAsProvider(world.provider.database, 'RS256', old);
      for (const hint of [idToken, expired]) {
        const step = await ask(browser, client.client_id, { prompt: 'none', id_token_hint: hint });
        assert.ok(responseOf(step).has('code'));
      }
    });

    it('of somebody else is answered login_required, and so is any while nobody is signed in', async () => {
      const mine = await regular();
      const claimsOfOther = { ...mine.claims, sub: (await world.newPerson()).sub };
      const other = await signAsProvider(world.provider.database, 'RS256', claimsOfOther);
      const more = { prompt: 'none', id_token_hint: other };
      assert.equal(responseOf(await ask(mine.browser, mine.client.client_id, more)).get('error'), 'login_required');
      const alone = { prompt: 'none', id_token_hint: mine.idToken };
      assert.equal(responseOf(await ask(world.browser(), mine.client.client_id, alone)).get('error'), 'login_required');
    });

    it('of somebody else asks for the password, and the client gets nobody but that one', async () => {
      const mine = await signedIn();
      const other = await world.newPerson();
      const hint = await signAsProvider(world.provider.database, 'RS256', { ...mine.claims, sub: other.sub });
      const signInAs = async (username: string) => {
        const authorization = authorizationRequest(mine.client.client_id, { id_token_hint: hint });
        const page = pageOf(await begin(mine.browser, authorization));
        assert.equal(kindOf(page), 'sign-in');
        return { authorization, step: await submitSignIn(mine.browser, page, username) };
      };
      const wrong = await signInAs(mine.person.username);
      const response = responseOf(wrong.step);
      assert.equal(response.get('error'), 'login_required');
      assert.equal(response.get('state'), wrong.authorization.state);
      const right = await signInAs(other.username);
      assert.equal((await idTokenFrom(right.step, mine.client, right.authorization.codeVerifier)).sub, other.sub);
    });

    it('of somebody else asks for the password after another account was chosen, too', async () => {
      const { client, browser, claims } = await regular();
      const { sub } = await world.newPerson();
      const hint = await signAsProvider(world.provider.database, 'RS256', { ...claims, sub });
      const page = pageOf(await ask(browser, client.client_id, { id_token_hint: hint, prompt: 'select_account' }));
      const chosen = await submit(browser, page, '/select-account', { decision: 'continue' });
      assert.equal(kindOf(pageOf(chosen)), 'sign-in');
    });

    const forged: readonly (readonly [what: string, forge: (idToken: string) => Promise<string>])[] = [
      ['is no JWT', async () => 'hint'],
      ['has another signature', async (idToken) => `${idToken.slice(0, -8)}AAAAAAAA`],
      ['has no signature', async (idToken) => `eyJhbGciOiJub25lIn0.${idToken.split('.')[1] ?? ''}.`],
      [
        'is for another client',
        async (idToken) => signAsProvider(world.provider.database, 'RS256', { ...decodeJwt(idToken), aud: 'another' }),
      ],
      [
        'is of another issuer',
        async (idToken) =>
          signAsProvider(world.provider.database, 'RS256', { ...decodeJwt(idToken), iss: 'https://x.example' }),
      ],
    ];
    for (const [what, forge] of forged) {
      it(`that ${what} is refused to the client`, async () => {
        const { client, browser, idToken } = await regular();
        const more = { prompt: 'none', id_token_hint: await forge(idToken) };
        assert.equal(responseOf(await ask(browser, client.client_id, more)).get('error'), 'invalid_request');
      });
    }
  });

  describe('ui_locales', () => {
    for (const value of ['de fr', 'xx-YY-zzzz', '<script>', '; drop', '*', 'e'.repeat(2000), '\u202e']) {
      it(`${JSON.stringify(value.slice(0, 20))} still gets a page in a language that there is`, async () => {
        const client = await world.newClient();
        const page = pageOf(await ask(world.browser(), client.client_id, { ui_locales: value }));
        assert.equal(page.status, 200);
        assert.match(page.text, /<html lang="en" dir="ltr">/);
        assert.ok(!page.text.includes(value));
      });
    }
  });

  describe('prompt=select_account', () => {
    const chooser = async (browser: UserAgent, clientId: string, more: Record<string, string> = {}) => {
      const authorization = authorizationRequest(clientId, { prompt: 'select_account', ...more });
      const page = pageOf(await begin(browser, authorization));
      return { authorization, page };
    };

    it('names whoever is signed in, and goes on with that one', async () => {
      const { person, client, browser, claims } = await regular();
      const { authorization, page } = await chooser(browser, client.client_id);
      assert.equal(kindOf(page), 'select-account');
      assert.match(page.text, new RegExp(person.username));
      const step = await submit(browser, page, '/select-account', { decision: 'continue' });
      const after = await idTokenFrom(step, client, authorization.codeVerifier);
      assert.deepEqual([after.sub, after['sid']], [person.sub, claims['sid']]);
    });

    it('lets another account sign in, which ends the session of the first', async () => {
      const { person, client, browser } = await signedIn();
      const other = await world.newPerson();
      const { authorization, page } = await chooser(browser, client.client_id);
      const signIn = pageOf(await submit(browser, page, '/select-account', { decision: 'use-another' }));
      assert.equal(kindOf(signIn), 'sign-in');
      assert.doesNotMatch(signIn.text, new RegExp(`\\b${person.username}\\b`));
      const step = await submitSignIn(browser, signIn, other.username);
      assert.equal((await idTokenFrom(step, client, authorization.codeVerifier)).sub, other.sub);
      assert.equal((await world.sql('select 1 from sessions where account_id = ?', person.sub)).length, 0);
    });

    it('lets the same account sign in once more in place of another', async () => {
      const { person, client, browser, claims } = await regular();
      const { authorization, page } = await chooser(browser, client.client_id);
      const signIn = pageOf(await submit(browser, page, '/select-account', { decision: 'use-another' }));
      const step = await submitSignIn(browser, signIn, person.username);
      const after = await idTokenFrom(step, client, authorization.codeVerifier);
      assert.deepEqual([after.sub, after['sid']], [person.sub, claims['sid']]);
    });

    it('is a plain sign-in where nobody is signed in, asked once', async () => {
      const person = await world.newPerson();
      const client = await world.newClient();
      const browser = world.browser();
      const { page } = await chooser(browser, client.client_id);
      assert.equal(kindOf(page), 'sign-in');
      assert.ok(responseOf(await submitSignIn(browser, page, person.username)).has('code'));
    });

    it('and login: choosing the account is not proving to be it', async () => {
      const { person, client, browser } = await regular();
      const { page } = await chooser(browser, client.client_id, { prompt: 'login select_account' });
      assert.equal(kindOf(page), 'select-account');
      const signIn = pageOf(await submit(browser, page, '/select-account', { decision: 'continue' }));
      assert.equal(kindOf(signIn), 'sign-in');
      assert.ok(responseOf(await submitSignIn(browser, signIn, person.username)).has('code'));
    });

    it('and login: with another account one sign-in is enough', async () => {
      const { client, browser } = await signedIn();
      const other = await world.newPerson();
      const { page } = await chooser(browser, client.client_id, { prompt: 'login select_account' });
      const signIn = pageOf(await submit(browser, page, '/select-account', { decision: 'use-another' }));
      assert.ok(responseOf(await submitSignIn(browser, signIn, other.username)).has('code'));
    });

    it('can be cancelled', async () => {
      const { client, browser } = await regular();
      const { authorization, page } = await chooser(browser, client.client_id);
      const response = responseOf(await submit(browser, page, '/cancel'));
      assert.equal(response.get('error'), 'access_denied');
      assert.equal(response.get('state'), authorization.state);
    });

    const altered: readonly (readonly [what: string, status: number, fields: Record<string, string>])[] = [
      ['without a token', 403, { csrf_token: '', decision: 'continue' }],
      ['with an unknown decision', 400, { decision: 'other' }],
      ['without a decision', 400, {}],
    ];
    for (const [what, status, fields] of altered) {
      it(`answered ${what} is refused`, async () => {
        const { client, browser } = await regular();
        const { page } = await chooser(browser, client.client_id);
        const form = formOf(page, '/select-account');
        const answer = await browser.ask(form.action, { form: { ...form.fields, ...fields } });
        assert.equal(answer.status, status);
      });
    }
  });

  describe('prompt=none', () => {
    it('answers login_required where nobody is signed in, and leaves no interaction behind', async () => {
      const client = await world.newClient();
      const browser = world.browser();
      const authorization = authorizationRequest(client.client_id, { prompt: 'none' });
      const answer = await browser.ask(authorization.url);
      const response = answer.location?.searchParams;
      assert.equal(response?.get('error'), 'login_required');
      assert.equal(response.get('state'), authorization.state);
      assert.equal(response.get('iss'), world.provider.issuer);
      assert.deepEqual([...browser.cookies], []);
    });

    const refused = [
      'none login',
      'none consent',
      'login none',
      'none select_account',
      'create',
      'LOGIN',
      'login create',
    ];
    for (const prompt of refused) {
      it(`${prompt === 'create' ? 'is the only new word: ' : ''}"${prompt}" is refused as invalid_request`, async () => {
        const { browser } = await world.regular();
        const client = await world.newClient();
        const authorization = authorizationRequest(client.client_id, { prompt });
        const response = responseOf(await begin(browser, authorization));
        assert.equal(response.get('error'), 'invalid_request');
        assert.equal(response.get('state'), authorization.state);
      });
    }
  });

  it('that this provider does not know change nothing', async () => {
    const { browser } = await world.regular();
    const client = await world.newClient();
    const unknown = {
      acr_values: 'urn:x',
      display: 'touch',
      claims_locales: 'de',
      claims: '{"userinfo":{"groups":null}}',
    };
    const authorization = authorizationRequest(client.client_id, { ...unknown, utm_source: 'x' });
    const response = responseOf(await begin(browser, authorization));
    const answer = await world.server(client).exchange({
      code: response.get('code') ?? '',
      code_verifier: authorization.codeVerifier,
    });
    const profile = await world.server(client).readProfile(String(answer.json()['access_token']));
    assert.ok(!('groups' in profile.json()));
  });

  it('leave no unexpected error in the log', () => {
    assert.doesNotMatch(world.provider.log(), /"level":(?:50|60)/);
  });
});
