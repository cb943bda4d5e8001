import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { AccountTakenError } from '../../src/domain/account/account-store.ts';
import { KnexAccountStore } from '../../src/storage/knex-account-store.ts';
import { eachDatabase, type TestDatabase } from '../support/test-database.ts';
import { newAccount } from './new-account.ts';

const usernameTaken = { name: 'AccountTakenError', code: 'ERR_USERNAME_TAKEN' };
const emailTaken = { name: 'AccountTakenError', code: 'ERR_EMAIL_TAKEN' };
const verified = (email: string) => ({ email, emailVerified: true });

eachDatabase((kind, open) => {
  let database: TestDatabase;
  let accounts: KnexAccountStore;
  before(async () => {
    database = await open();
    accounts = new KnexAccountStore(database.knex);
  });
  beforeEach(() => database.reset());
  after(() => database.close());

  /** As if the reservations had been made so many days earlier. */
  const daysLater = (days: number) =>
    database.knex.raw('update email_reservations set reserved_until = reserved_until - make_interval(days => ?)', [
      days,
    ]);
  /** Settles once a statement waits for another transaction. */
  const somebodyWaits = async (): Promise<void> => {
    for (;;) {
      const waiting: unknown[] = await database
        .knex('pg_stat_activity')
        .whereRaw("datname = current_database() and wait_event_type = 'Lock'");
      if (waiting.length > 0) return;
      await delay(10);
    }
  };
  const reservations = () => database.knex('email_reservations').orderBy('email').pluck<string[]>('email');

  describe('KnexAccountStore: adding and finding', () => {
    it('gives back what it was given, and its first profile version', async () => {
      const account = newAccount({
        name: 'Alice Example',
        ...verified('Alice@Example.org'),
        picture: 'https://accounts.example.org/a.webp',
        locale: 'de-AT',
        groups: ['editors', 'staff'],
        passwordHash: '$argon2id$x',
      });
      const { passwordHash, ...visible } = account;
      const added = await accounts.insert(account);
      assert.deepEqual({ ...visible, ...added }, added);
      assert.equal(added.profileVersion, 1);
      assert.equal(added.disabledAt, undefined);
      assert.ok(Math.abs(Date.now() - added.createdAt.getTime()) < 60_000);
      assert.deepEqual(await accounts.find(account.id), added);
      assert.deepEqual(await accounts.findByUsername('alice'), added);
      assert.deepEqual(await accounts.findForSignIn('alice'), { account: added, passwordHash, proofGeneration: 1 });
    });

    it('answers undefined for who is not there', async () => {
      assert.equal(await accounts.find('nobody'), undefined);
      assert.equal(await accounts.findByUsername('nobody'), undefined);
      assert.equal(await accounts.findForSignIn('nobody'), undefined);
      assert.equal(await accounts.update('nobody', { name: 'x' }), undefined);
      assert.equal(await accounts.setDisabled('nobody', true), undefined);
      assert.equal(await accounts.setPasswordHash('nobody', 'x'), false);
      assert.equal(await accounts.remove('nobody'), false);
    });

    it('lists accounts by user name', async () => {
      for (const username of ['carol', 'alice', 'bobby']) await accounts.insert(newAccount({ username }));
      assert.deepEqual(
        (await accounts.list()).map(({ username }) => username),
        ['alice', 'bobby', 'carol'],
      );
    });

    it('refuses a user name that is taken, and leaves the transaction around it whole', async () => {
      await accounts.insert(newAccount());
      await database.knex.transaction(async (trx) => {
        const inside = new KnexAccountStore(trx);
        await assert.rejects(inside.insert(newAccount()), usernameTaken);
        await inside.insert(newAccount({ username: 'bobby' }));
      });
      assert.ok(await accounts.findByUsername('bobby'));
    });

    it('says nothing of the address when it refuses it', async () => {
      await accounts.insert(newAccount(verified('alice@example.org')));
      const error = await accounts.insert(newAccount({ username: 'bobby', ...verified('ALICE@example.org') })).then(
        () => assert.fail(),
        (reason: AccountTakenError) => reason,
      );
      assert.equal(error.code, 'ERR_EMAIL_TAKEN');
      assert.equal(error.cause, undefined);
      assert.doesNotMatch(JSON.stringify(error) + String(error.stack), /example/);
    });
  });

  describe('KnexAccountStore: finding for sign-in', () => {
    it('takes the user name in any case', async () => {
      const { id } = await accounts.insert(newAccount());
      assert.equal((await accounts.findForSignIn('ALICE'))?.account.id, id);
    });

    it('takes the e-mail address in any case', async () => {
      const { id } = await accounts.insert(newAccount(verified('alice@example.org')));
      assert.equal((await accounts.findForSignIn('Alice@Example.ORG'))?.account.id, id);
    });

    it('takes the account that has the address verified, however many others name it', async () => {
      await accounts.insert(newAccount({ username: 'bobby', email: 'alice@example.org' }));
      const { id } = await accounts.insert(newAccount(verified('alice@example.org')));
      await accounts.insert(newAccount({ username: 'carol', email: 'alice@example.org' }));
      assert.equal((await accounts.findForSignIn('alice@example.org'))?.account.id, id);
    });

    it('takes an address that is not verified if it is one account’s only', async () => {
      const { id } = await accounts.insert(newAccount({ email: 'alice@example.org' }));
      assert.equal((await accounts.findForSignIn('alice@example.org'))?.account.id, id);
      await accounts.insert(newAccount({ username: 'bobby', email: 'Alice@example.org' }));
      assert.equal(await accounts.findForSignIn('alice@example.org'), undefined);
    });

    it('finds nobody by text that no database can hold, or by patterns', async () => {
      await accounts.insert(newAccount(verified('alice@example.org')));
      for (const text of ['', 'alice\0', 'alice@example.org\0', '%', '%@%', 'a_ice', ' alice', "' or 1=1 --"]) {
        assert.equal(await accounts.findForSignIn(text), undefined, JSON.stringify(text));
      }
    });
  });

  describe('KnexAccountStore: changing', () => {
    it('raises the profile version with each change that a claim shows, and only then', async () => {
      const { id, updatedAt } = await accounts.insert(newAccount(verified('alice@example.org')));
      const changes = [
        { name: 'Alice' },
        { name: null },
        { email: 'Alice@example.org' },
        { email: 'alice@example.net', emailVerified: false },
        { emailVerified: true },
        { picture: 'https://accounts.example.org/a.webp' },
        { locale: 'de-AT' },
        { groups: ['staff'] },
        { groups: [] },
        { email: null },
      ];
      let version = 1;
      let last = updatedAt;
      for (const change of changes) {
        const changed = await accounts.update(id, change);
        assert.equal(changed?.profileVersion, ++version, JSON.stringify(change));
        assert.ok(changed.updatedAt >= last, JSON.stringify(change));
        last = changed.updatedAt;
        const again = await accounts.update(id, change);
        assert.deepEqual(again, changed, `a second time: ${JSON.stringify(change)}`);
      }
      await accounts.setPasswordHash(id, '$argon2id$x');
      await accounts.setDisabled(id, true);
      await accounts.setDisabled(id, false);
      assert.deepEqual(await accounts.update(id, {}), {
        ...(await accounts.find(id)),
        profileVersion: version,
        updatedAt: last,
      });
    });

    it('knows no verified address without an address', async () => {
      const { id } = await accounts.insert(newAccount(verified('alice@example.org')));
      const changed = await accounts.update(id, { email: null, emailVerified: true });
      assert.deepEqual([changed?.email, changed?.emailVerified], [undefined, false]);
    });

    it('replaces a password hash only where it still is the expected one', async () => {
      const { id } = await accounts.insert(newAccount({ passwordHash: 'one' }));
      assert.equal(await accounts.setPasswordHash(id, 'two', 'another'), false);
      assert.equal((await accounts.findForSignIn('alice'))?.passwordHash, 'one');
      assert.equal(await accounts.setPasswordHash(id, 'two', 'one'), true);
      assert.equal(await accounts.setPasswordHash(id, 'three'), true);
      assert.equal((await accounts.findForSignIn('alice'))?.passwordHash, 'three');
    });

    it('keeps the time at which an account was disabled first', async () => {
      const { id } = await accounts.insert(newAccount());
      const disabled = await accounts.setDisabled(id, true);
      assert.ok(disabled?.disabledAt);
      assert.deepEqual((await accounts.setDisabled(id, true))?.disabledAt, disabled.disabledAt);
      assert.equal((await accounts.setDisabled(id, false))?.disabledAt, undefined);
    });
  });

  describe('KnexAccountStore: e-mail addresses', () => {
    it('gives a verified address to one account, whatever its case', async () => {
      await accounts.insert(newAccount(verified('alice@example.org')));
      await assert.rejects(
        accounts.insert(newAccount({ username: 'bobby', ...verified('Alice@Example.org') })),
        emailTaken,
      );
      const { id } = await accounts.insert(newAccount({ username: 'bobby', email: 'alice@example.org' }));
      await assert.rejects(accounts.update(id, { emailVerified: true }), emailTaken);
      assert.equal((await accounts.find(id))?.emailVerified, false);
    });

    it('lets an unverified address reserve nothing', async () => {
      const { id } = await accounts.insert(newAccount({ email: 'alice@example.org' }));
      await accounts.update(id, { email: 'alice@example.net' });
      await accounts.insert(newAccount({ username: 'bobby', ...verified('alice@example.org') }));
      await accounts.insert(newAccount({ username: 'carol', ...verified('alice@example.net') }));
      assert.deepEqual(await reservations(), []);
    });

    const givenUp = [
      ['changed', (id: string) => accounts.update(id, verified('alice@example.net'))],
      ['cleared', (id: string) => accounts.update(id, { email: null })],
      ['no longer verified', (id: string) => accounts.update(id, { emailVerified: false })],
      ['removed with its account', (id: string) => accounts.remove(id)],
    ] as const;
    for (const [how, giveUp] of givenUp) {
      it(`reserves an address for 90 days once it is ${how}`, async () => {
        const { id } = await accounts.insert(newAccount(verified('Alice@example.org')));
        const other = await accounts.insert(newAccount({ username: 'bobby', email: 'alice@example.org' }));
        await giveUp(id);
        await assert.rejects(accounts.update(other.id, { emailVerified: true }), emailTaken);
        await assert.rejects(
          accounts.insert(newAccount({ username: 'carol', ...verified('alice@EXAMPLE.org') })),
          emailTaken,
        );
        await daysLater(89);
        await assert.rejects(accounts.update(other.id, { emailVerified: true }), emailTaken);
        await daysLater(1);
        assert.equal((await accounts.update(other.id, { emailVerified: true }))?.emailVerified, true);
      });
    }

    it('lets the account itself take its address back, which then is reserved no longer', async () => {
      const { id } = await accounts.insert(newAccount(verified('alice@example.org')));
      await accounts.update(id, verified('alice@example.net'));
      assert.deepEqual(await reservations(), ['alice@example.org']);
      assert.equal((await accounts.update(id, verified('alice@example.org')))?.emailVerified, true);
      assert.deepEqual(await reservations(), ['alice@example.net']);
    });

    it('does not take another case of the same address for another address', async () => {
      const { id } = await accounts.insert(newAccount(verified('alice@example.org')));
      await accounts.update(id, verified('ALICE@example.org'));
      assert.deepEqual(await reservations(), []);
    });

    it('begins the 90 days anew when an address is given up again', async () => {
      const { id } = await accounts.insert(newAccount(verified('alice@example.org')));
      await accounts.update(id, { emailVerified: false });
      await daysLater(80);
      await accounts.update(id, { emailVerified: true });
      await accounts.update(id, { emailVerified: false });
      await daysLater(20);
      await assert.rejects(
        accounts.insert(newAccount({ username: 'bobby', ...verified('alice@example.org') })),
        emailTaken,
      );
    });

    if (kind === 'postgresql') {
      it('refuses an address that is being given up at this very moment', async () => {
        const alice = await accounts.insert(newAccount(verified('alice@example.org')));
        const bobby = await accounts.insert(newAccount({ username: 'bobby', email: 'alice@example.org' }));
        const release = Promise.withResolvers<void>();
        const givenUp = Promise.withResolvers<void>();
        const giving = database.knex.transaction(async (trx) => {
          await new KnexAccountStore(trx).update(alice.id, verified('alice@example.net'));
          givenUp.resolve();
          await release.promise;
        });
        await givenUp.promise;
        const taking = assert.rejects(accounts.update(bobby.id, { emailVerified: true }), emailTaken);
        await somebodyWaits();
        release.resolve();
        await Promise.all([giving, taking]);
      });

      it('gives a verified address to one of many that ask at the same time', async () => {
        const ids: string[] = [];
        for (let index = 0; index < 8; index++) {
          ids.push((await accounts.insert(newAccount({ username: `user${index}`, email: 'alice@example.org' }))).id);
        }
        const results = await Promise.allSettled(ids.map((id) => accounts.update(id, { emailVerified: true })));
        assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      });

      it('counts the same change once, however many make it at the same time', async () => {
        const { id } = await accounts.insert(newAccount());
        await Promise.all(Array.from({ length: 8 }, () => accounts.update(id, { name: 'Alice' })));
        assert.equal((await accounts.find(id))?.profileVersion, 2);
      });

      it('counts every one of many changes at the same time', async () => {
        const { id } = await accounts.insert(newAccount());
        await Promise.all(Array.from({ length: 8 }, (_, index) => accounts.update(id, { name: `Alice ${index}` })));
        assert.equal((await accounts.find(id))?.profileVersion, 9);
      });
    }
  });

  describe('KnexAccountStore: removing', () => {
    it('erases what is personal and keeps user name and subject taken for ever', async () => {
      const account = newAccount({
        name: 'Alice Example',
        ...verified('alice@example.org'),
        picture: 'https://accounts.example.org/a.webp',
        locale: 'de',
        groups: ['staff'],
        passwordHash: '$argon2id$x',
      });
      await accounts.insert(account);
      await database.knex('clients').insert({
        client_id: 'wiki',
        client_name: 'Wiki',
        token_endpoint_auth_method: 'none',
        redirect_uris: '[]',
        scope: 'openid',
      });
      await database.knex('consents').insert({ account_id: account.id, client_id: 'wiki', scope: 'openid' });
      await database.knex('known_browsers').insert({ account_id: account.id, browser_hash: Buffer.alloc(32) });

      assert.equal(await accounts.remove(account.id), true);
      assert.equal(await accounts.remove(account.id), false);
      const row: Record<string, unknown> = await database.knex('accounts').where({ id: account.id }).first();
      const { id, username, profile_version: version, created_at, updated_at, disabled_at, removed_at, ...rest } = row;
      assert.deepEqual([id, username, version], [account.id, 'alice', '1']);
      assert.ok(created_at && updated_at && disabled_at && removed_at);
      assert.deepEqual(rest, {
        name: null,
        email: null,
        email_verified: false,
        password_hash: null,
        picture: null,
        locale: null,
        groups: [],
        proof_generation: '1',
      });
      assert.deepEqual(await database.knex('consents'), []);
      assert.deepEqual(await database.knex('known_browsers'), []);
      await assert.rejects(accounts.insert(newAccount()), usernameTaken);
      await assert.rejects(accounts.insert(newAccount({ id: account.id, username: 'bobby' })));
    });

    it('makes an account that nobody finds and nothing changes', async () => {
      const { id } = await accounts.insert(newAccount(verified('alice@example.org')));
      await accounts.remove(id);
      assert.equal(await accounts.find(id), undefined);
      assert.equal(await accounts.findByUsername('alice'), undefined);
      assert.equal(await accounts.findForSignIn('alice'), undefined);
      assert.equal(await accounts.findForSignIn('alice@example.org'), undefined);
      assert.deepEqual(await accounts.list(), []);
      assert.equal(await accounts.update(id, { name: 'x' }), undefined);
      assert.equal(await accounts.setPasswordHash(id, 'x'), false);
      assert.equal(await accounts.setDisabled(id, false), undefined);
    });
  });
});
