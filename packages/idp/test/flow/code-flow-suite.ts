import assert from 'node:assert/strict';
import { after, before, beforeEach, it } from 'node:test';
import { decodeJwt } from 'jose';
import type { OpenTestDatabase, TestDatabase } from '../support/test-database.ts';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { authorizationRequest, exchange, signIn, signInForTokens, UserAgent } from '../support/user-agent.ts';

export const describeCodeFlow = (open: OpenTestDatabase): void => {
  let database: TestDatabase;
  let provider: RunningProvider;
  before(async () => {
    database = await open();
    provider = await startProvider(database);
  });
  after(async () => {
    await provider.close();
    await database.close();
  });
  let counter = 0;
  let username: string;
  beforeEach(() => {
    counter += 1;
    username = `person${counter}`;
  });

  it('signs a person in to a trusted client without a consent page and tells it who that is', async () => {
    const client = await provider.addClient(`trusted${counter}`);
    const { sub } = await provider.addAccount(username);
    const agent = new UserAgent(provider);
    const authorization = authorizationRequest(client.client_id);
    const callback = await signIn(agent, authorization, username);
    assert.equal(callback.searchParams.get('state'), authorization.state);
    assert.equal(callback.searchParams.get('iss'), provider.issuer);
    const answer = await exchange(agent, client, {
      code: callback.searchParams.get('code') ?? '',
      code_verifier: authorization.codeVerifier,
    });
    assert.equal(answer.status, 200, answer.text);
    const tokens = answer.json() as { access_token: string; id_token: string };
    const idToken = decodeJwt(tokens.id_token);
    assert.equal(idToken.sub, sub);
    assert.equal(idToken['nonce'], authorization.nonce);
    assert.match(String(idToken['sid']), /^[\w-]{22}$/);
    assert.equal(typeof idToken['session_expires_at'], 'number');
    assert.equal(idToken['latchkey_hint'], agent.cookie('latchkey-hint'));
    const profile = await agent.ask('/profile', { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.equal(profile.status, 200, profile.text);
    assert.deepEqual(
      { ...profile.json(), updated_at: 0 },
      {
        sub,
        name: username,
        preferred_username: username,
        updated_at: 0,
        profile_version: 1,
        email: `${username}@example.org`,
        email_verified: true,
      },
    );
  });

  it('signs in silently at a second client in the same browser', async () => {
    const first = await provider.addClient(`first${counter}`);
    const second = await provider.addClient(`second${counter}`);
    await provider.addAccount(username);
    const agent = new UserAgent(provider);
    const tokens = await signInForTokens(agent, first, {}, username);
    const silent = await signInForTokens(agent, second, { prompt: 'none' }, username);
    assert.notEqual(decodeJwt(silent.id_token)['sid'], decodeJwt(tokens.id_token)['sid']);
  });
};
