import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { KnexConsentStore } from '../../src/storage/knex-consent-store.ts';
import { password, startProvider, type RunningProvider } from '../support/running-provider.ts';
import { begin, kindOf, pageOf, submitSignIn } from '../support/steps.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { authorizationRequest, formOf, signIn, UserAgent, type Answer } from '../support/user-agent.ts';

describe('what an administrator changes while a sign-in is under way', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let username = '';
  let clientId = '';
  let counter = 0;
  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database);
    await provider.addClient('house');
  });
  after(async () => {
    await provider.close();
    await database.close();
  });
  beforeEach(async () => {
    counter += 1;
    username = `person${counter}`;
    clientId = `client${counter}`;
    await provider.addAccount(username);
    await provider.addClient(clientId, { trusted: false });
  });

  const isUnknownClient = (answer: Answer): void => {
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.location, undefined);
    assert.match(answer.text, /This application is not known here/);
    assert.match(answer.text, /invalid_client/);
    assert.doesNotMatch(answer.text, /http-equiv="refresh"/);
  };

  const atPage = async (kind: 'sign-in' | 'consent' | 'select-account'): Promise<[UserAgent, Answer]> => {
    const agent = new UserAgent(provider);
    if (kind === 'select-account') await signIn(agent, authorizationRequest('house'), username);
    const more = kind === 'select-account' ? { prompt: 'select_account' } : {};
    let page = pageOf(await begin(agent, authorizationRequest(clientId, more)));
    if (kind === 'consent') page = pageOf(await submitSignIn(agent, page, username));
    assert.equal(kindOf(page), kind);
    return [agent, page];
  };

  const changes = {
    removed: () => provider.command('client.remove', { clientId }),
    disabled: () => provider.command('client.disable', { clientId }),
  } as const;
  for (const [change, make] of Object.entries(changes)) {
    for (const kind of ['sign-in', 'consent', 'select-account'] as const) {
      it(`a client that is ${change} while its ${kind} page is open is an unknown one, to be seen and to be answered`, async () => {
        const [agent, page] = await atPage(kind);
        await make();
        isUnknownClient(await agent.ask(page.url));
        const forms = kind === 'consent' ? [kind] : [kind, 'cancel'];
        for (const form of forms) {
          const { action, fields } = formOf(page, `/${form}`);
          const decision = kind === 'consent' ? 'allow' : 'continue';
          isUnknownClient(await agent.ask(action, { form: { ...fields, username, password, decision } }));
        }
        assert.equal((await database.knex('consents').where({ client_id: clientId })).length, 0);
        assert.doesNotMatch(provider.log(), /a request failed|the engine failed/);
      });
    }
  }

  it('a consent for a client that is removed at this very moment is not written, and no error', async () => {
    const { sub } = await provider.addAccount(`owner${counter}`);
    const consents = new KnexConsentStore(database.knex);
    const consent = { accountId: sub, scope: 'openid', resourceScopes: {} };
    assert.equal(await consents.allow({ ...consent, clientId }), true);
    assert.equal(await consents.allow({ ...consent, clientId: 'gone' }), false);
  });

  const knownBrowsers = async (name: string): Promise<number> => {
    const { rows } = await database.knex.raw<{ rows: unknown[] }>(
      'select 1 from known_browsers k join accounts a on a.id = k.account_id where a.username = ?',
      [name],
    );
    return rows.length;
  };

  const evictions: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'a new password',
      () => provider.command('account.update', { account: username, password: 'another fifteen letters' }),
    ],
    ['disabling', () => provider.command('account.disable', { account: username })],
    ['removal', () => provider.command('account.remove', { account: username })],
  ];
  for (const [name, evict] of evictions) {
    it(`${name} of an account makes its browsers unknown again, the thief’s among them, and no one else’s`, async () => {
      const bystander = `other${counter}`;
      await provider.addAccount(bystander);
      const shared = new UserAgent(provider);
      await signIn(shared, authorizationRequest('house'), username);
      await signIn(new UserAgent(provider), authorizationRequest('house'), username);
      await signIn(shared, authorizationRequest('house', { prompt: 'login' }), bystander);
      assert.deepEqual([await knownBrowsers(username), await knownBrowsers(bystander)], [2, 1]);
      await evict();
      assert.deepEqual([await knownBrowsers(username), await knownBrowsers(bystander)], [0, 1]);
    });
  }

  it('changing something else of the account leaves its browsers known', async () => {
    await signIn(new UserAgent(provider), authorizationRequest('house'), username);
    await provider.command('account.update', { account: username, name: 'Another Name' });
    assert.equal(await knownBrowsers(username), 1);
  });
});
