import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { AccountError } from '../../src/domain/account/account-error.ts';
import { ManageAccounts } from '../../src/domain/account/manage-accounts.ts';
import type { Transactions } from '../../src/domain/transactions.ts';
import { KnexAccountStore } from '../../src/storage/knex-account-store.ts';
import { KnexTransactions } from '../../src/storage/knex-transactions.ts';
import { eachDatabase, type TestDatabase } from '../support/test-database.ts';

const by = { actor: 'command-line' };
const password = 'correct horse battery staple';
const notFound = { name: 'AccountError', code: 'ERR_ACCOUNT_NOT_FOUND' };

eachDatabase((_kind, open) => {
  let database: TestDatabase;
  let transactions: Transactions;
  let accounts: ManageAccounts;
  let store: KnexAccountStore;
  /** What happened in which order: transactions and hashes. */
  let steps: string[];
  before(async () => {
    database = await open();
    const inner = new KnexTransactions(database.knex);
    transactions = {
      run: async (work) => {
        steps.push('begin');
        return inner.run(work).finally(() => steps.push('end'));
      },
    };
    store = new KnexAccountStore(database.knex);
    accounts = new ManageAccounts({
      transactions,
      passwordHasher: {
        hash: (text) => {
          steps.push('hash');
          return Promise.resolve(`hash of ${text}`);
        },
      },
    });
  });
  beforeEach(async () => {
    steps = [];
    await database.reset();
  });
  after(() => database.close());

  const events = async (): Promise<readonly unknown[]> =>
    database.knex('security_events').orderBy('id').select('event', 'actor', 'account_id', 'details');
  const eventNames = async (): Promise<readonly string[]> =>
    database.knex('security_events').orderBy('id').pluck<string[]>('event');

  /** Two sessions, two clients in the first and one in the second, and offline access without session. */
  const signIn = async (accountId: string): Promise<void> => {
    const clients = ['forum', 'wiki'];
    await database
      .knex('clients')
      .insert(
        clients.map((id) => ({
          client_id: id,
          client_name: id,
          token_endpoint_auth_method: 'none',
          redirect_uris: '[]',
          scope: 'openid',
        })),
      )
      .onConflict()
      .ignore();
    const later = new Date(Date.now() + 3_600_000);
    for (const [uid, ids] of [
      [`${accountId}-1`, ['forum', 'wiki']],
      [`${accountId}-2`, ['wiki']],
    ] as const) {
      await database.knex('sessions').insert({
        uid,
        id_hash: Buffer.from(uid),
        account_id: accountId,
        authenticated_at: new Date(),
        idle_expires_at: later,
        absolute_expires_at: later,
      });
      await database.knex('session_clients').insert(ids.map((id) => ({ session_uid: uid, client_id: id })));
    }
    await database.knex('grants').insert({ id: `${accountId}-offline`, client_id: 'wiki', account_id: accountId });
  };
  const left = async (): Promise<readonly number[]> => {
    const sessions: unknown[] = await database.knex('sessions');
    const grants: unknown[] = await database.knex('grants');
    return [sessions.length, grants.length];
  };

  describe('ManageAccounts.add', () => {
    it('adds an account with everything about it, and its security event', async () => {
      const account = await accounts.add(
        {
          username: 'alice',
          email: 'Alice@example.org',
          emailVerified: true,
          name: ' Alice Example ',
          groups: ['staff', 'editors', 'staff'],
          locale: 'de-at',
          picture: 'https://accounts.example.org/a.webp',
          password,
        },
        by,
      );
      assert.match(account.id, /^[0-9a-f-]{36}$/);
      const { id, createdAt, updatedAt, ...rest } = account;
      assert.ok(createdAt && updatedAt);
      assert.deepEqual(rest, {
        username: 'alice',
        name: 'Alice Example',
        email: 'Alice@example.org',
        emailVerified: true,
        picture: 'https://accounts.example.org/a.webp',
        locale: 'de-AT',
        groups: ['editors', 'staff'],
        profileVersion: 1,
        disabledAt: undefined,
      });
      assert.equal((await store.findForSignIn('alice'))?.passwordHash, `hash of ${password}`);
      assert.deepEqual(await events(), [
        { event: 'account.added', actor: 'command-line', account_id: id, details: { password: true } },
      ]);
    });

    it('adds an account without password, e-mail address and name', async () => {
      await accounts.add({ username: 'alice' }, by);
      assert.equal((await store.findForSignIn('alice'))?.passwordHash, undefined);
    });

    it('hashes outside the transaction, which on the embedded database would stop everything', async () => {
      await accounts.add({ username: 'alice', password }, by);
      assert.deepEqual(steps, ['hash', 'begin', 'end']);
    });

    it('names everything that is wrong, hashes nothing and writes nothing', async () => {
      const error = await accounts
        .add(
          {
            username: 'Al',
            email: 'alice',
            name: '\n',
            groups: ['a,b'],
            locale: '??',
            picture: 'javascript:alert(1)',
            password: 'short',
          },
          by,
        )
        .then(
          () => assert.fail(),
          (reason: AccountError) => reason,
        );
      assert.equal(error.code, 'ERR_ACCOUNT_INVALID');
      assert.deepEqual(error.problems.map(({ code }) => code).toSorted(), [
        'ERR_EMAIL_INVALID',
        'ERR_GROUP_INVALID',
        'ERR_LOCALE_INVALID',
        'ERR_NAME_INVALID',
        'ERR_PASSWORD_TOO_SHORT',
        'ERR_PICTURE_INVALID',
        'ERR_USERNAME_INVALID',
      ]);
      assert.deepEqual(steps, []);
    });

    it('refuses a verified address where there is none', async () => {
      await assert.rejects(accounts.add({ username: 'alice', emailVerified: true }, by), {
        code: 'ERR_ACCOUNT_INVALID',
        problems: [
          { code: 'ERR_EMAIL_VERIFIED_WITHOUT_ADDRESS', message: 'there is no e-mail address that could be verified' },
        ],
      });
    });

    it('refuses a user name and an address that are taken, without an event', async () => {
      await accounts.add({ username: 'alice', email: 'alice@example.org', emailVerified: true }, by);
      await assert.rejects(accounts.add({ username: 'alice' }, by), {
        name: 'AccountError',
        code: 'ERR_USERNAME_TAKEN',
      });
      await assert.rejects(accounts.add({ username: 'bobby', email: 'ALICE@example.org', emailVerified: true }, by), {
        name: 'AccountError',
        code: 'ERR_EMAIL_TAKEN',
      });
      assert.deepEqual(await eventNames(), ['account.added']);
    });

    it('adds nothing when its event cannot be written', async () => {
      const failing = new ManageAccounts({
        transactions: {
          run: (work) =>
            transactions.run((stores) =>
              work({ ...stores, securityEvents: { record: () => Promise.reject(new Error('the disk is full')) } }),
            ),
        },
        passwordHasher: { hash: () => Promise.resolve('x') },
      });
      await assert.rejects(failing.add({ username: 'alice' }, by), /the disk is full/);
      assert.deepEqual(await accounts.list(), []);
    });
  });

  describe('ManageAccounts.show and list', () => {
    it('find an account by its user name and by its subject', async () => {
      const added = await accounts.add({ username: 'alice' }, by);
      assert.deepEqual(await accounts.show('alice'), added);
      assert.deepEqual(await accounts.show(added.id), added);
      assert.deepEqual(await accounts.list(), [added]);
    });

    for (const reference of [
      '',
      'nobody',
      'ALICE',
      'alice@example.org',
      'alice\0',
      '%',
      randomUUID(),
      'x'.repeat(5000),
    ]) {
      it(`do not find ${JSON.stringify(reference.slice(0, 40))}`, async () => {
        await accounts.add({ username: 'alice', email: 'alice@example.org', emailVerified: true }, by);
        await assert.rejects(accounts.show(reference), notFound);
      });
    }
  });

  describe('ManageAccounts.update', () => {
    it('changes what it is told and says which fields changed, never to what', async () => {
      const { id } = await accounts.add({ username: 'alice', email: 'alice@example.org', name: 'Alice' }, by);
      const { account, ended } = await accounts.update('alice', { name: null, groups: ['staff'], locale: 'de' }, by);
      assert.deepEqual(
        [account.name, account.groups, account.locale, account.profileVersion],
        [undefined, ['staff'], 'de', 2],
      );
      assert.deepEqual(ended, { sessions: [], clients: [] });
      assert.deepEqual((await events()).at(-1), {
        event: 'account.updated',
        actor: 'command-line',
        account_id: id,
        details: { changed: ['name', 'locale', 'groups'] },
      });
    });

    it('writes no event and no new version where nothing changes', async () => {
      await accounts.add({ username: 'alice', name: 'Alice', groups: ['a', 'b'] }, by);
      const { account } = await accounts.update('alice', { name: 'Alice', groups: ['b', 'a', 'b'] }, by);
      assert.equal(account.profileVersion, 1);
      assert.deepEqual(await eventNames(), ['account.added']);
    });

    it('takes a new address for unverified, and the same one for what it was', async () => {
      await accounts.add({ username: 'alice', email: 'alice@example.org', emailVerified: true }, by);
      const update = async (input: Parameters<ManageAccounts['update']>[1]) => {
        const { account } = await accounts.update('alice', input, by);
        return [account.email, account.emailVerified];
      };
      assert.deepEqual(await update({ email: 'Alice@Example.org' }), ['Alice@Example.org', true]);
      assert.deepEqual(await update({ email: 'alice@example.net' }), ['alice@example.net', false]);
      assert.deepEqual(await update({ emailVerified: true }), ['alice@example.net', true]);
      assert.deepEqual(await update({ email: 'alice@example.com', emailVerified: true }), ['alice@example.com', true]);
      assert.deepEqual(await update({ name: 'Alice' }), ['alice@example.com', true]);
      assert.deepEqual(await update({ email: null }), [undefined, false]);
    });

    it('refuses to verify an address that is not there, or that goes', async () => {
      await accounts.add({ username: 'alice' }, by);
      const refused = { code: 'ERR_ACCOUNT_INVALID' };
      await assert.rejects(accounts.update('alice', { emailVerified: true }, by), refused);
      await assert.rejects(accounts.update('alice', { email: null, emailVerified: true }, by), refused);
    });

    it('ends all sessions and offline access with a new password, and answers whom that concerns', async () => {
      const { id } = await accounts.add({ username: 'alice', password }, by);
      const other = await accounts.add({ username: 'bobby' }, by);
      await signIn(id);
      await signIn(other.id);
      const { ended } = await accounts.update('alice', { password: `${password}!` }, by);
      assert.deepEqual(ended.sessions.map(({ uid }) => uid).toSorted(), [`${id}-1`, `${id}-2`]);
      assert.deepEqual(ended.clients.map(({ sessionUid, clientId }) => `${sessionUid} ${clientId}`).toSorted(), [
        `${id}-1 forum`,
        `${id}-1 wiki`,
        `${id}-2 wiki`,
      ]);
      assert.deepEqual(await left(), [2, 1]);
      assert.equal((await store.findForSignIn('alice'))?.passwordHash, `hash of ${password}!`);
      assert.deepEqual(await eventNames(), [
        'account.added',
        'account.added',
        'account.password_changed',
        'session.ended',
        'session.ended',
      ]);
    });

    it('leaves everything as it was when one part is refused', async () => {
      const { id } = await accounts.add({ username: 'alice', password }, by);
      await accounts.add({ username: 'bobby', email: 'bobby@example.org', emailVerified: true }, by);
      await signIn(id);
      const input = { name: 'Alice', email: 'bobby@example.org', emailVerified: true, password: `${password}!` };
      await assert.rejects(accounts.update('alice', input, by), { name: 'AccountError', code: 'ERR_EMAIL_TAKEN' });
      assert.equal((await accounts.show('alice')).name, undefined);
      assert.equal((await store.findForSignIn('alice'))?.passwordHash, `hash of ${password}`);
      assert.deepEqual(await left(), [2, 1]);
    });

    it('does not find who is not there', async () => {
      await assert.rejects(accounts.update('nobody', { name: 'x' }, by), notFound);
    });
  });

  describe('ManageAccounts.disable, enable and remove', () => {
    it('disable ends everything and is recorded once', async () => {
      const { id } = await accounts.add({ username: 'alice' }, by);
      await signIn(id);
      const { account, ended } = await accounts.disable('alice', by);
      assert.ok(account.disabledAt);
      assert.equal(ended.clients.length, 3);
      assert.deepEqual(await left(), [0, 0]);
      assert.deepEqual((await accounts.disable('alice', by)).ended, { sessions: [], clients: [] });
      assert.deepEqual(await eventNames(), ['account.added', 'account.disabled', 'session.ended', 'session.ended']);
    });

    it('enable lets a disabled account in again and is recorded once', async () => {
      await accounts.add({ username: 'alice' }, by);
      await accounts.disable('alice', by);
      assert.equal((await accounts.enable('alice', by)).disabledAt, undefined);
      await accounts.enable('alice', by);
      assert.deepEqual(await eventNames(), ['account.added', 'account.disabled', 'account.enabled']);
    });

    it('remove ends everything, answers the account as it was, and never gives its name away', async () => {
      const added = await accounts.add({ username: 'alice', email: 'alice@example.org', emailVerified: true }, by);
      await signIn(added.id);
      const { account, ended } = await accounts.remove('alice', by);
      assert.deepEqual(account, added);
      assert.equal(ended.sessions.length, 2);
      assert.equal(ended.clients.length, 3);
      assert.deepEqual(await left(), [0, 0]);
      await assert.rejects(accounts.show('alice'), notFound);
      await assert.rejects(accounts.show(added.id), notFound);
      await assert.rejects(accounts.remove('alice', by), notFound);
      await assert.rejects(accounts.add({ username: 'alice' }, by), { code: 'ERR_USERNAME_TAKEN' });
      assert.deepEqual(await eventNames(), ['account.added', 'account.removed', 'session.ended', 'session.ended']);
    });

    it('do not find who is not there', async () => {
      for (const verb of ['disable', 'enable', 'remove'] as const) {
        await assert.rejects(accounts[verb]('nobody', by), notFound);
      }
    });
  });
});
