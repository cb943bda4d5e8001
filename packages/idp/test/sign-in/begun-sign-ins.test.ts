import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { authorizationRequest, signIn, UserAgent } from '../support/user-agent.ts';

describe('sign-ins that strangers begin and never finish', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database, { env: { TRUST_PROXY: '1' } });
    await provider.addAccount();
    await provider.addClient('notes');
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
  const rows = async (): Promise<number> =>
    Number((await database.knex('interactions').count('* as n').first())?.['n']);

  it('are limited by network, with a page that says when, and leave no row beyond the limit', async () => {
    const agent = new UserAgent(provider);
    const begun = await agent.ask(authorizationRequest('notes').url, { headers: from('192.0.2.7') });
    assert.equal(begun.status, 303);
    await database.knex('rate_limits').where('key', 'like', 'sign-in/begun/%').update({ points: 600 });
    const before_ = await rows();
    const refused = await new UserAgent(provider).ask(authorizationRequest('notes').url, {
      headers: from('192.0.2.99'),
    });
    assert.equal(refused.status, 429);
    assert.match(refused.text, /Too many requests/);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal(refused.location, undefined);
    assert.equal(await rows(), before_);
  });

  it('do not stand in the way of other networks, nor of silent requests', async () => {
    const elsewhere = await new UserAgent(provider).ask(authorizationRequest('notes').url, {
      headers: from('198.51.100.1'),
    });
    assert.equal(elsewhere.status, 303);
    const silent = await new UserAgent(provider).ask(authorizationRequest('notes', { prompt: 'none' }).url, {
      headers: from('192.0.2.7'),
    });
    assert.equal(silent.location?.searchParams.get('error'), 'login_required');
  });

  it('are forgotten when the window is over', async () => {
    await database.knex('rate_limits').update({ expire: 0 });
    const callback = await signIn(new UserAgent(provider), authorizationRequest('notes'));
    assert.ok(callback.searchParams.has('code'));
  });
});
