import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startProvider, redirectUri, type RunningProvider } from '../support/running-provider.ts';
import { begin, pageOf, responseOf, tokensFor, goThrough, kindOf, allow, submit } from '../support/steps.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { ApplicationServer } from '../support/token-requests.ts';
import { authorizationRequest, signIn, UserAgent } from '../support/user-agent.ts';

describe('an authorization request', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let browser: UserAgent;
  let notes: { client_id: string; client_secret: string };

  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database);
    await provider.addAccount();
    notes = await provider.addClient('notes');
    browser = new UserAgent(provider);
    await signIn(browser, authorizationRequest(notes.client_id));
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  describe('and its redirect URI (RFC 9700, section 2.1)', () => {
    const wiki = 'https://app.example.org/index.php?title=Special:Login/return&empty=&next=a%20b%2Fc&code_style=x';

    it('keeps the query of a registered redirect URI, with the answer beside it', async () => {
      const client = await provider.addClient('wiki', { redirectUris: [wiki] });
      for (const more of [{}, { prompt: 'none', scope: 'openid groups' }]) {
        const authorization = authorizationRequest(client.client_id, { redirect_uri: wiki, ...more });
        const { sentTo } = await begin(browser, authorization);
        assert.ok(sentTo);
        assert.equal(sentTo.origin + sentTo.pathname, 'https://app.example.org/index.php');
        assert.equal(sentTo.searchParams.get('title'), 'Special:Login/return');
        assert.equal(sentTo.searchParams.get('empty'), '');
        assert.equal(sentTo.searchParams.get('next'), 'a b/c');
        assert.equal(sentTo.searchParams.get('code_style'), 'x');
        assert.equal(sentTo.searchParams.get('state'), authorization.state);
        assert.ok(sentTo.searchParams.has('prompt' in more ? 'error' : 'code'));
      }
      await tokensFor(browser, client, 'alice', { redirect_uri: wiki });
    });

    const mismatches: readonly (readonly [what: string, uri: string])[] = [
      ['a path below', `${redirectUri}/more`],
      ['a trailing slash', `${redirectUri}/`],
      ['another case', redirectUri.replace('callback', 'Callback')],
      ['a query', `${redirectUri}?x=1`],
      ['an empty query', `${redirectUri}?`],
      ['a fragment', `${redirectUri}#x`],
      ['http instead of https', redirectUri.replace('https:', 'http:')],
      ['the default port written out', redirectUri.replace('.org/', '.org:443/')],
      ['another port', redirectUri.replace('.org/', '.org:8443/')],
      ['a host below', redirectUri.replace('app.', 'x.app.')],
      ['a host that begins alike', redirectUri.replace('.org', '.org.evil.example')],
      ['the registered host as a user name', 'https://app.example.org@evil.example/callback'],
      ['a path that comes back', 'https://app.example.org/x/../callback'],
      ['an encoded letter', redirectUri.replace('callback', 'c%61llback')],
      ['white space before it', ` ${redirectUri}`],
      ['a script', 'javascript:alert(1)//https://app.example.org/callback'],
      ['an empty text', ''],
    ];
    for (const [what, uri] of mismatches) {
      it(`shows a page and redirects nowhere for ${what}`, async () => {
        const page = await browser.ask(authorizationRequest(notes.client_id, { redirect_uri: uri }).url);
        assert.equal(page.status, 400);
        assert.equal(page.location, undefined);
        assert.match(String(page.headers['content-type']), /^text\/html/);
        assert.doesNotMatch(page.text, /evil\.example|http-equiv="refresh"/);
      });
    }

    it('wants the redirect URI even of a client that has only one', async () => {
      const page = await browser.ask(authorizationRequest(notes.client_id, { redirect_uri: undefined }).url);
      assert.equal(page.status, 400);
      assert.equal(page.location, undefined);
    });

    it('wants the same redirect URI again at the token endpoint (RFC 6749, section 4.1.3)', async () => {
      const second = 'https://app.example.org/second';
      const client = await provider.addClient('two', { redirectUris: [redirectUri, second] });
      for (const claimed of [second, undefined]) {
        const authorization = authorizationRequest(client.client_id);
        const response = responseOf(await begin(browser, authorization));
        const answer = await new ApplicationServer(provider.issuer, client).exchange({
          code: response.get('code') ?? '',
          code_verifier: authorization.codeVerifier,
          redirect_uri: claimed,
        });
        assert.equal(answer.status, 400);
        assert.equal(answer.json()['error'], claimed === undefined ? 'invalid_request' : 'invalid_grant');
      }
    });

    it('shows a page for an unknown client and for a disabled one', async () => {
      await provider.addClient('paused');
      await provider.command('client.disable', { clientId: 'paused' });
      for (const clientId of ['nobody', 'paused', 'NOTES']) {
        const page = await browser.ask(authorizationRequest(clientId).url);
        assert.equal(page.status, 400);
        assert.equal(page.location, undefined);
        assert.match(page.text, /This application is not known here/);
      }
    });
  });

  describe('of a native client (RFC 8252)', () => {
    const loopback = 'http://127.0.0.1/callback?app=1';
    before(async () => {
      await provider.addClient('native', {
        applicationType: 'native',
        trusted: false,
        redirectUris: [loopback, 'com.example.app:/callback', 'https://app.example.org/claimed'],
      });
    });

    it('may name any port on the loopback address, and must name the same one for the code (section 7.3)', async () => {
      const chosen = 'http://127.0.0.1:49152/callback?app=1';
      const tokens = await tokensFor(browser, { client_id: 'native' }, 'alice', { redirect_uri: chosen });
      assert.equal(tokens.token_type, 'Bearer');
      const authorization = authorizationRequest('native', { redirect_uri: chosen });
      const response = await goThrough(browser, authorization, 'alice');
      assert.equal(response.get('app'), '1');
      const answer = await new ApplicationServer(provider.issuer, { client_id: 'native' }).exchange({
        code: response.get('code') ?? '',
        code_verifier: authorization.codeVerifier,
        redirect_uri: 'http://127.0.0.1:49153/callback?app=1',
      });
      assert.equal(answer.json()['error'], 'invalid_grant');
    });

    it('may use a private-use scheme as it is registered (section 7.1)', async () => {
      const step = await begin(browser, authorizationRequest('native', { redirect_uri: 'com.example.app:/callback' }));
      const { sentTo } = await allow(browser, pageOf(step));
      assert.equal(sentTo?.protocol, 'com.example.app:');
      assert.equal(sentTo.pathname, '/callback');
      assert.ok(sentTo.searchParams.has('code'));
    });

    it('always asks the person, as another application may pose as it (section 8.6)', async () => {
      for (let turn = 0; turn < 2; turn += 1) {
        const page = pageOf(await begin(browser, authorizationRequest('native', { redirect_uri: loopback })));
        assert.equal(kindOf(page), 'consent');
        await allow(browser, page);
      }
      const silent = await begin(browser, authorizationRequest('native', { redirect_uri: loopback, prompt: 'none' }));
      assert.equal(responseOf(silent).get('error'), 'interaction_required');
    });

    const mismatches: readonly string[] = [
      'http://localhost:49152/callback?app=1',
      'http://[::1]:49152/callback?app=1',
      'http://127.0.0.2:49152/callback?app=1',
      'https://127.0.0.1:49152/callback?app=1',
      'http://127.0.0.1:49152/other?app=1',
      'http://127.0.0.1:49152/callback',
      'http://127.0.0.1:49152/callback?app=1#x',
      'http://127.0.0.1:0x10/callback?app=1',
      'http://user@127.0.0.1:49152/callback?app=1',
      'http://2130706433:49152/callback?app=1',
      'com.example.app:/other',
      'com.example.app:/callback?x=1',
      'https://app.example.org:8443/claimed',
    ];
    for (const uri of mismatches) {
      it(`refuses ${uri}`, async () => {
        const page = await browser.ask(authorizationRequest('native', { redirect_uri: uri }).url);
        assert.equal(page.status, 400);
        assert.equal(page.location, undefined);
      });
    }

    it('is the only kind with such a freedom: a web client on loopback has the port that it registered', async () => {
      await provider.addClient('development', { redirectUris: ['http://127.0.0.1:4000/callback'] });
      const ask = (uri: string) => browser.ask(authorizationRequest('development', { redirect_uri: uri }).url);
      assert.equal((await ask('http://127.0.0.1:4000/callback')).status, 303);
      assert.equal((await ask('http://127.0.0.1:4001/callback')).status, 400);
    });
  });

  describe('and PKCE (RFC 7636; RFC 9700, section 2.1.1)', () => {
    const refused: readonly (readonly [what: string, more: Record<string, string | undefined>])[] = [
      ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
      ['the method plain', { code_challenge_method: 'plain' }],
      ['no method, which would mean plain', { code_challenge_method: undefined }],
      ['a method without challenge', { code_challenge: undefined }],
      ['an unknown method', { code_challenge_method: 'S512' }],
      ['a challenge that is too short', { code_challenge: 'short' }],
      ['a challenge with other characters', { code_challenge: `${'a'.repeat(42)}!` }],
    ];
    for (const [what, more] of refused) {
      it(`tells the client that ${what} is refused`, async () => {
        const authorization = authorizationRequest(notes.client_id, more);
        const response = responseOf(await begin(browser, authorization));
        assert.equal(response.get('error'), 'invalid_request');
        assert.equal(response.get('state'), authorization.state);
        assert.equal(response.get('iss'), provider.issuer);
        assert.equal(response.get('code'), null);
      });
    }

    const verifiers: readonly (readonly [what: string, change: (verifier: string) => string | undefined])[] = [
      ['without verifier', () => undefined],
      ['with another verifier', () => randomBytes(32).toString('base64url')],
      ['with the challenge as its verifier', (verifier) => createHash('sha256').update(verifier).digest('base64url')],
      ['with the verifier in another case', (verifier) => verifier.toUpperCase()],
      ['with a verifier that is too short', (verifier) => verifier.slice(0, 42)],
    ];
    for (const [what, change] of verifiers) {
      it(`refuses an exchange ${what}`, async () => {
        const authorization = authorizationRequest(notes.client_id);
        const response = responseOf(await begin(browser, authorization));
        const answer = await new ApplicationServer(provider.issuer, notes).exchange({
          code: response.get('code') ?? '',
          code_verifier: change(authorization.codeVerifier),
        });
        assert.equal(answer.status, 400, answer.text);
        assert.match(String(answer.json()['error']), /^invalid_(?:grant|request)$/);
      });
    }

    it('is lifted for one confidential client by name, and holds where that client uses it all the same', async () => {
      const plugin = await provider.addClient('plugin', { pkceRequired: false });
      const server = new ApplicationServer(provider.issuer, plugin);
      const without = authorizationRequest(plugin.client_id, {
        code_challenge: undefined,
        code_challenge_method: undefined,
      });
      const code = async (authorization: typeof without): Promise<string> =>
        responseOf(await begin(browser, authorization)).get('code') ?? '';
      assert.equal((await server.exchange({ code: await code(without) })).status, 200);
      const unasked = await server.exchange({ code: await code(without), code_verifier: without.codeVerifier });
      assert.equal(unasked.json()['error'], 'invalid_grant');
      const withChallenge = authorizationRequest(plugin.client_id);
      assert.equal((await server.exchange({ code: await code(withChallenge) })).json()['error'], 'invalid_grant');
      const plain = authorizationRequest(plugin.client_id, { code_challenge_method: 'plain' });
      assert.equal(responseOf(await begin(browser, plain)).get('error'), 'invalid_request');
    });
  });

  describe('that asks for what this provider does not do', () => {
    const refused: readonly (readonly [error: string, more: Record<string, string>])[] = [
      ['unsupported_response_type', { response_type: 'token' }],
      ['unsupported_response_type', { response_type: 'id_token' }],
      ['unsupported_response_type', { response_type: 'id_token token' }],
      ['unsupported_response_type', { response_type: 'code id_token' }],
      ['unsupported_response_type', { response_type: 'code token' }],
      ['unsupported_response_type', { response_type: 'none' }],
      ['unsupported_response_mode', { response_mode: 'query.jwt' }],
      ['unsupported_response_mode', { response_mode: 'web_message' }],
      ['request_not_supported', { request: 'eyJhbGciOiJub25lIn0.e30.' }],
      ['request_uri_not_supported', { request_uri: 'https://app.example.org/request.jwt' }],
      ['registration_not_supported', { registration: '{}' }],
      ['invalid_scope', { scope: 'openid groups' }],
      ['invalid_request', { prompt: 'create' }],
    ];
    for (const [error, more] of refused) {
      it(`answers ${error} to ${JSON.stringify(more)}, with state and iss (RFC 9207)`, async () => {
        const authorization = authorizationRequest(notes.client_id, more);
        const { sentTo } = await begin(browser, authorization);
        assert.ok(sentTo);
        // What would have been answered in the fragment says so there.
        const response = new URLSearchParams(sentTo.hash === '' ? sentTo.search : sentTo.hash.slice(1));
        assert.equal(response.get('error'), error);
        assert.equal(response.get('state'), authorization.state);
        assert.equal(response.get('iss'), provider.issuer);
        for (const issued of ['code', 'access_token', 'id_token']) assert.equal(response.get(issued), null);
      });
    }

    it('names the issuer beside a code and beside the person’s refusal (RFC 9207)', async () => {
      assert.equal(responseOf(await begin(browser, authorizationRequest('notes'))).get('iss'), provider.issuer);
      const authorization = authorizationRequest('notes');
      const stranger = new UserAgent(provider);
      const page = pageOf(await begin(stranger, authorization));
      const response = responseOf(await submit(stranger, page, '/cancel'));
      assert.equal(response.get('error'), 'access_denied');
      assert.equal(response.get('iss'), provider.issuer);
      assert.equal(response.get('state'), authorization.state);
    });
  });

  it('leaves no unexpected error in the log', () => {
    assert.doesNotMatch(provider.log(), /"level":(?:50|60)/);
  });
});
