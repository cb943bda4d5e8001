import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { KnexAccountStore } from '../../src/storage/knex-account-store.ts';
import { KnexKnownBrowsers } from '../../src/storage/knex-known-browsers.ts';
import { eachDatabase } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { newAccount } from './sign-in-world.ts';

eachDatabase((_kind, open) => {
  describe('KnexKnownBrowsers', () => {
    let database: TestDatabase;
    let browsers: KnexKnownBrowsers;
    const alice = newAccount({ username: 'alice' });
    const bob = newAccount({ username: 'bob-b' });
    const browser = randomBytes(32);
    before(async () => {
      database = await open();
      browsers = new KnexKnownBrowsers(database.knex);
    });
    beforeEach(async () => {
      await database.reset();
      const accounts = new KnexAccountStore(database.knex);
      await accounts.insert(alice);
      await accounts.insert(bob);
    });
    after(() => database.close());

    it('knows a browser for the account that it signed in as, and for no other', async () => {
      await browsers.remember(browser, alice.id, 1);
      assert.equal(await browsers.isKnown(browser, alice.id), true);
      assert.equal(await browsers.isKnown(browser, bob.id), false);
      assert.equal(await browsers.isKnown(randomBytes(32), alice.id), false);
      assert.equal(await browsers.isKnown(browser, 'no-such-account'), false);
    });

    it('remembers it once, with the time of the last sign-in', async () => {
      await browsers.remember(browser, alice.id, 1);
      await database.knex('known_browsers').update({ last_used_at: database.knex.raw("now() - interval '1 day'") });
      await browsers.remember(browser, alice.id, 1);
      const rows = await database.knex('known_browsers').whereRaw("last_used_at > now() - interval '1 hour'");
      assert.equal(rows.length, 1);
      assert.equal((await database.knex('known_browsers')).length, 1);
    });

    it('tells the account that it signed in as the last time', async () => {
      assert.equal(await browsers.latestAccount(browser), undefined);
      await browsers.remember(browser, bob.id, 1);
      await database.knex('known_browsers').update({ last_used_at: database.knex.raw("now() - interval '1 day'") });
      await browsers.remember(browser, alice.id, 1);
      assert.equal(await browsers.latestAccount(browser), alice.id);
      assert.equal(await browsers.latestAccount(randomBytes(32)), undefined);
    });

    it('forgets all browsers of one account, and takes none back that proved itself before', async () => {
      for (const account of [alice, bob]) await browsers.remember(browser, account.id, 1);
      await database.knex('accounts').where({ id: alice.id }).increment('proof_generation');
      await browsers.forgetAll(alice.id);
      await browsers.remember(browser, alice.id, 1);
      assert.equal(await browsers.isKnown(browser, alice.id), false);
      assert.equal(await browsers.isKnown(browser, bob.id), true);
      await browsers.remember(browser, alice.id, 2);
      assert.equal(await browsers.isKnown(browser, alice.id), true);
    });

    it('remembers nothing for an account that is gone or never was', async () => {
      await new KnexAccountStore(database.knex).remove(alice.id);
      await browsers.remember(browser, alice.id, 1);
      await browsers.remember(browser, 'no-such-account', 1);
      assert.deepEqual(await database.knex('known_browsers'), []);
    });
  });
});
