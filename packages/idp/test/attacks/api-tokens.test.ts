import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import {
  authorizationRequest,
  exchange,
  signIn,
  signInForTokens,
  UserAgent,
  type Answer,
} from '../support/user-agent.ts';

const payroll = 'https://payroll.example.org/';

describe('tokens for an API that the client has nothing to do with (RFC 8707, section 3)', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let api: { client_id: string; client_secret: string };
  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database);
    await provider.addAccount();
    api = await provider.addClient('payroll-api', {
      redirectUris: [],
      postLogoutRedirectUris: [],
      trusted: false,
      resource: payroll,
      resourceScope: 'payroll:read',
    });
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  const error = (answer: Answer): string | null | undefined => answer.location?.searchParams.get('error');

  it('are refused to a client that is registered for none of its scopes', async () => {
    await provider.addClient('notes');
    const asked = await new UserAgent(provider).ask(authorizationRequest('notes', { resource: payroll }).url);
    assert.equal(error(asked), 'invalid_target');
  });

  it('are refused where no scope of the API is asked for', async () => {
    await provider.addClient('office', { scope: 'openid profile payroll:read' });
    const asked = await new UserAgent(provider).ask(
      authorizationRequest('office', { resource: payroll, scope: 'openid profile' }).url,
    );
    assert.equal(error(asked), 'invalid_target');
  });

  it('count for nothing once the scope was taken from the client', async () => {
    const client = await provider.addClient('clerk', { scope: 'openid payroll:read' });
    const authorization = authorizationRequest('clerk', { resource: payroll, scope: 'openid payroll:read' });
    const callback = await signIn(new UserAgent(provider), authorization);
    const tokens = await exchange(new UserAgent(provider), client, {
      code: callback.searchParams.get('code') ?? '',
      code_verifier: authorization.codeVerifier,
      resource: payroll,
    });
    assert.equal(tokens.status, 200, tokens.text);
    const introspect = async (): Promise<Record<string, unknown>> =>
      (
        await new UserAgent(provider).ask('/token/introspection', {
          form: { token: String(tokens.json()['access_token']) },
          headers: {
            accept: 'application/json',
            authorization: `Basic ${Buffer.from(`${api.client_id}:${api.client_secret}`).toString('base64')}`,
          },
        })
      ).json();
    assert.equal((await introspect())['active'], true);
    assert.equal((await introspect())['scope'], 'payroll:read');
    await provider.command('client.update', { clientId: 'clerk', scope: 'openid profile' });
    assert.deepEqual(await introspect(), { active: false });
  });

  it('are not described to a public client, which proves nothing (RFC 7662, section 2.1)', async () => {
    await provider.addClient('page', { tokenEndpointAuthMethod: 'none' });
    const agent = new UserAgent(provider);
    const tokens = await signInForTokens(agent, { client_id: 'page' });
    const answer = await agent.ask('/token/introspection', {
      form: { token: tokens.access_token, client_id: 'page' },
      headers: { accept: 'application/json' },
    });
    assert.deepEqual(answer.json(), { active: false });
  });
});
