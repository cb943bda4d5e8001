import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { password, redirectUri, startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import {
  authorizationRequest,
  exchange,
  formOf,
  refreshOf,
  signIn,
  signInForTokens,
  UserAgent,
  type Answer,
} from '../support/user-agent.ts';

describe('a proof of identity that is kept for later', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let username: string;
  let counter = 0;
  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database);
    await provider.addClient('house');
    await provider.addClient('stranger', { trusted: false });
    await provider.addAccount('mallory');
  });
  after(async () => {
    await provider.close();
    await database.close();
  });
  beforeEach(async () => {
    counter += 1;
    username = `victim${counter}`;
    await provider.addAccount(username);
  });

  /** Proves who one is and does not follow the page that goes on; answers where it would go. */
  const proveAndWait = async (agent: UserAgent, clientId = 'house'): Promise<string> => {
    const begun = await agent.ask(authorizationRequest(clientId).url);
    const { action, fields } = formOf(await agent.ask(begun.location ?? ''), '/sign-in');
    return refreshOf(await agent.ask(action, { form: { ...fields, username, password } }));
  };

  const refusesToSignIn = async (agent: UserAgent, answer: Answer): Promise<void> => {
    assert.equal(answer.location?.searchParams.has('code') ?? false, false);
    const silent = await agent.ask(authorizationRequest('house', { prompt: 'none' }).url);
    assert.equal(silent.location?.searchParams.get('error'), 'login_required');
  };

  const evictions: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'a new password',
      () => provider.command('account.update', { account: username, password: 'another fifteen letters' }),
    ],
    ['sign-out everywhere', () => provider.command('account.sign-out', { account: username })],
    [
      'disable and enable',
      async () => {
        await provider.command('account.disable', { account: username });
        await provider.command('account.enable', { account: username });
      },
    ],
  ];
  for (const [name, evict] of evictions) {
    it(`begins no session after ${name}`, async () => {
      const agent = new UserAgent(provider);
      const resume = await proveAndWait(agent);
      await evict();
      await refusesToSignIn(agent, await agent.ask(resume));
    });
  }

  it('still begins one when nothing happened meanwhile', async () => {
    const agent = new UserAgent(provider);
    const answer = await agent.ask(await proveAndWait(agent));
    assert.ok(answer.location?.searchParams.has('code'));
  });

  it('begins one session, however many requests take it up at once', async () => {
    const agent = new UserAgent(provider);
    const resume = await proveAndWait(agent);
    const answers = await Promise.all(Array.from({ length: 8 }, () => agent.ask(resume)));
    assert.equal(answers.filter((answer) => answer.location?.searchParams.has('code')).length, 1);
    const account = await database.knex('accounts').where({ username }).first('id');
    assert.equal((await database.knex('sessions').where({ account_id: account.id })).length, 1);
  });

  it('cannot be planted into a consent page and used in a later session', async () => {
    const agent = new UserAgent(provider);
    const toConsent = await agent.ask(await proveAndWait(agent, 'stranger'));
    const consent = await agent.ask(toConsent.location ?? '');
    const { fields } = formOf(consent, '/consent');
    const interaction = toConsent.location?.pathname ?? '';
    const planted = await agent.ask(`${interaction}/select-account`, { form: { ...fields, decision: 'continue' } });
    assert.equal(planted.status, 400, 'a form of another step is not taken');
    await provider.command('account.sign-out', { account: username });
    await signIn(agent, authorizationRequest('house'), 'mallory');
    const resumed = await agent.ask(interaction.replace('/interaction/', '/auth/'));
    assert.equal(resumed.status, 400);
    const silent = await agent.ask(authorizationRequest('house', { prompt: 'none' }).url);
    assert.ok(silent.location?.searchParams.has('code'), 'the browser is still that of mallory');
  });

  it('does not send a code to a redirect URI that was taken from the client meanwhile', async () => {
    await provider.addClient('moved', { redirectUris: [redirectUri, 'https://new.example.org/callback'] });
    const agent = new UserAgent(provider);
    const resume = await proveAndWait(agent, 'moved');
    await provider.command('client.update', { clientId: 'moved', redirectUris: ['https://new.example.org/callback'] });
    const answer = await agent.ask(resume);
    assert.equal(answer.status, 400);
    assert.equal(answer.location, undefined);
    assert.match(answer.text, /way back is not allowed/);
  });

  it('nor exchanges a code that was sent there before', async () => {
    const client = await provider.addClient('moved2', {
      redirectUris: [redirectUri, 'https://new.example.org/callback'],
    });
    const authorization = authorizationRequest('moved2');
    const callback = await signIn(new UserAgent(provider), authorization, username);
    await provider.command('client.update', { clientId: 'moved2', redirectUris: ['https://new.example.org/callback'] });
    const answer = await exchange(new UserAgent(provider), client, {
      code: callback.searchParams.get('code') ?? '',
      code_verifier: authorization.codeVerifier,
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.json()['error'], 'invalid_grant');
  });
});

describe('an authorization code that is used again after it expired (RFC 6749, section 4.1.2)', () => {
  it('revokes what came of it and is written down', async () => {
    const database = await openTestDatabase('embedded');
    const provider = await startProvider(database);
    try {
      await provider.addAccount();
      const client = await provider.addClient('house');
      const agent = new UserAgent(provider);
      const authorization = authorizationRequest('house');
      const callback = await signIn(agent, authorization);
      const use = (): Promise<Answer> =>
        exchange(agent, client, {
          code: callback.searchParams.get('code') ?? '',
          code_verifier: authorization.codeVerifier,
        });
      const first = await use();
      const other = await signInForTokens(agent, client, { prompt: 'none' });
      await database.knex.raw("update authorization_codes set expires_at = now() - interval '1 minute'");
      assert.equal((await use()).status, 400);
      const profile = (token: unknown): Promise<Answer> =>
        agent.ask('/profile', { headers: { authorization: `Bearer ${String(token)}` } });
      assert.equal((await profile(first.json()['access_token'])).status, 401);
      assert.equal((await profile(other.access_token)).status, 200, 'what came of another code is left alone');
      assert.equal((await database.knex('security_events').where({ event: 'code.reused' })).length, 1);
    } finally {
      await provider.close();
      await database.close();
    }
  });
});
