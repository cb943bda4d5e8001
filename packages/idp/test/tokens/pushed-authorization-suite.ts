import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { begin, goThrough, pageOf, responseOf, submitSignIn } from '../support/steps.ts';
import type { TestClient } from '../support/token-requests.ts';
import { authorizationRequest, type AuthorizationRequest } from '../support/user-agent.ts';
import { assertError, type TokenWorld } from '../support/token-world.ts';

export const describePushedAuthorizationRequests = (world: TokenWorld): void => {
  const push = async (
    client: TestClient,
    more: Record<string, string | undefined> = {},
  ): Promise<{ requestUri: string; authorization: AuthorizationRequest }> => {
    const pushed = authorizationRequest(client.client_id, more);
    const answer = await world.server(client).push(pushed.url);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json()['expires_in'], 60);
    const requestUri = String(answer.json()['request_uri']);
    return { requestUri, authorization: { ...pushed, url: urlFor(client.client_id, requestUri) } };
  };
  const urlFor = (clientId: string, requestUri: string): string =>
    `/auth?${new URLSearchParams({ client_id: clientId, request_uri: requestUri }).toString()}`;
  const assertPage = async (url: string): Promise<void> => {
    const { browser } = await world.regular();
    const page = await browser.ask(url);
    assert.equal(page.status, 400);
    assert.equal(page.location, undefined);
    assert.match(page.text, /This request cannot be answered/);
  };

  describe('a pushed authorization request (RFC 9126)', () => {
    it('is used by its request_uri, with nothing of it in the browser', async () => {
      const { person, browser } = await world.regular();
      const client = await world.newClient({ requirePushedAuthorizationRequests: true });
      const { requestUri, authorization } = await push(client);
      assert.match(requestUri, /^urn:ietf:params:oauth:request_uri:[\w-]{43}$/);
      const response = await goThrough(browser, authorization, person.username);
      assert.equal(response.get('state'), authorization.state);
      const answer = await world.server(client).exchange({
        code: response.get('code') ?? '',
        code_verifier: authorization.codeVerifier,
      });
      assert.equal(answer.status, 200, answer.text);
    });

    it('goes on after a sign-in that took longer than the request_uri lives', async () => {
      const person = await world.newPerson();
      const client = await world.newClient();
      const browser = world.browser();
      const { authorization } = await push(client);
      const page = pageOf(await begin(browser, authorization));
      await world.sql(`update pushed_authorization_requests set expires_at = expires_at - interval '10 minutes'`);
      assert.ok(responseOf(await submitSignIn(browser, page, person.username)).has('code'));
    });

    it('ignores what stands beside the request_uri', async () => {
      const { browser } = await world.regular();
      const client = await world.newClient();
      const { authorization } = await push(client);
      const altered = `${authorization.url}&redirect_uri=https%3A%2F%2Fevil.example%2F&state=forged&prompt=login`;
      const { sentTo } = await begin(browser, { ...authorization, url: altered });
      assert.equal(sentTo?.origin, 'https://app.example.org');
      assert.equal(sentTo.searchParams.get('state'), authorization.state);
    });

    it('is good once', async () => {
      const { browser } = await world.regular();
      const client = await world.newClient();
      const { authorization } = await push(client);
      assert.ok(responseOf(await begin(browser, authorization)).has('code'));
      await assertPage(authorization.url);
    });

    it('that two browsers begin with is finished by one of them', async () => {
      const people = [await world.newPerson(), await world.newPerson()];
      const client = await world.newClient();
      const { authorization } = await push(client);
      const started = await Promise.all(
        people.map(async (person) => {
          const browser = world.browser();
          return { person, browser, page: pageOf(await begin(browser, authorization)) };
        }),
      );
      const ended = await Promise.all(
        started.map(({ person, browser, page }) => submitSignIn(browser, page, person.username)),
      );
      const codes = ended.filter(({ sentTo }) => sentTo?.searchParams.has('code') === true);
      const refusals = ended.filter(({ sentTo }) => sentTo?.searchParams.get('error') === 'invalid_request_uri');
      assert.deepEqual([codes.length, refusals.length], [1, 1]);
    });

    it('is worth nothing after a minute, to another client, or misspelt', async () => {
      const client = await world.newClient();
      const { authorization, requestUri } = await push(client);
      await assertPage(urlFor((await world.newClient()).client_id, requestUri));
      await assertPage(urlFor(client.client_id, `${requestUri}x`));
      await assertPage(urlFor(client.client_id, 'urn:ietf:params:oauth:request_uri:'));
      await world.sql(`update pushed_authorization_requests set expires_at = expires_at - interval '61 seconds'`);
      await assertPage(authorization.url);
    });

    it('must be used by a client that is registered so', async () => {
      const { browser } = await world.regular();
      const client = await world.newClient({ requirePushedAuthorizationRequests: true });
      const authorization = authorizationRequest(client.client_id);
      const response = responseOf(await begin(browser, authorization));
      assert.equal(response.get('error'), 'invalid_request');
      assert.equal(response.get('state'), authorization.state);
      assert.equal(response.get('iss'), world.provider.issuer);
    });

    const refused: readonly (readonly [what: string, error: string, more: Record<string, string | undefined>])[] = [
      ['a redirect URI that is not registered', 'invalid_request', { redirect_uri: 'https://evil.example/' }],
      ['no redirect URI', 'invalid_request', { redirect_uri: undefined }],
      ['no PKCE', 'invalid_request', { code_challenge: undefined, code_challenge_method: undefined }],
      ['a scope that the client is not registered for', 'invalid_scope', { scope: 'openid groups' }],
      ['another response type', 'unsupported_response_type', { response_type: 'token' }],
      ['prompt none among others', 'invalid_request', { prompt: 'none login' }],
      ['a request_uri', 'request_uri_not_supported', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }],
      ['an unknown resource', 'invalid_target', { resource: 'https://nowhere.example/api' }],
      ['a foreign ID token as a hint', 'invalid_request', { id_token_hint: 'eyJhbGciOiJub25lIn0.e30.' }],
    ];
    for (const [what, error, more] of refused) {
      it(`with ${what} is refused when it is pushed`, async () => {
        const client = await world.newClient();
        assertError(await world.server(client).push(authorizationRequest(client.client_id, more).url), error);
      });
    }

    it('is taken from an authenticated client only, and for itself only', async () => {
      const client = await world.newClient();
      const other = await world.newClient();
      const { url } = authorizationRequest(client.client_id);
      assertError(await world.server({ client_id: client.client_id }).push(url), 'invalid_client', 401);
      assertError(await world.server({ ...client, client_secret: 'wrong' }).push(url), 'invalid_client', 401);
      assertError(await world.server(other).push(url), 'invalid_request');
    });
  });
};
