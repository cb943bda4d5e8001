import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Argon2PasswordHasher } from '../../src/passwords/argon2-password-hasher.ts';
import { BoundedQueue } from '../../src/passwords/bounded-queue.ts';
import { eachDatabase } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { cheapCost, newAccount, newBrowser, SignInWorld } from './sign-in-world.ts';

const password = 'correct horse battery staple';
const email = 'Alice.Example@mail.example';

eachDatabase((_kind, open) => {
  describe('SignIn', () => {
    let database: TestDatabase;
    let world: SignInWorld;
    let accountId: string;
    before(async () => {
      database = await open();
    });
    beforeEach(async () => {
      await database.reset();
      world = new SignInWorld(database);
      const passwordHash = await world.hasher.hash(password);
      const alice = newAccount({ username: 'alice', email, emailVerified: true, passwordHash });
      accountId = alice.id;
      await world.accounts.insert(alice);
      await world.accounts.insert(newAccount({ username: 'no-password' }));
      const disabled = newAccount({ username: 'disabled', passwordHash });
      await world.accounts.insert(disabled);
      await world.accounts.setDisabled(disabled.id, true);
      const removed = newAccount({ username: 'removed', passwordHash });
      await world.accounts.insert(removed);
      await world.accounts.remove(removed.id);
      world.hasher.hashes = 0;
      world.hasher.verified = 0;
    });
    after(() => database.close());

    describe('a right password', () => {
      for (const name of ['alice', '  ALICE\t', email, email.toUpperCase()]) {
        it(`signs in as ${JSON.stringify(name)}, with one hash`, async () => {
          const result = await world.attempt({ usernameOrEmail: name, password });
          assert.equal(result.kind === 'signed-in' && result.account.id, accountId);
          assert.equal(world.hasher.hashes, 1);
        });
      }

      it('makes the browser known, leaves nothing counted and writes no failure', async () => {
        const browserHash = newBrowser();
        await world.attempt({ password, browserHash });
        assert.equal(await world.knownBrowsers.isKnown(browserHash, accountId), true);
        assert.deepEqual(await world.taken(), {});
        assert.deepEqual(await world.events(), []);
      });
    });

    describe('an attempt that fails', () => {
      const failing = [
        ['a wrong password', {}, 'wrong-password'],
        ['a wrong password for an e-mail address', { usernameOrEmail: email }, 'wrong-password'],
        ['a name that nobody has', { usernameOrEmail: 'nobody', password }, 'unknown-account'],
        ['an address that nobody has', { usernameOrEmail: 'nobody@mail.example', password }, 'unknown-account'],
        ['a disabled account', { usernameOrEmail: 'disabled', password }, 'account-disabled'],
        ['an account without a password', { usernameOrEmail: 'no-password', password }, 'no-password'],
        ['a removed account', { usernameOrEmail: 'removed', password }, 'unknown-account'],
        ['no name', { usernameOrEmail: '', password }, 'unknown-account'],
        ['an overlong name', { usernameOrEmail: 'a'.repeat(10_000), password }, 'unknown-account'],
        ['a name with a NUL', { usernameOrEmail: 'alice\0', password }, 'unknown-account'],
        ['a name with half a character', { usernameOrEmail: 'alice\ud83d', password }, 'unknown-account'],
        ['no password', { password: '' }, 'wrong-password'],
        ['an overlong password', { password: 'a'.repeat(10_000) }, 'wrong-password'],
        ['a password with half a character', { password: 'a\ud83d' }, 'wrong-password'],
      ] as const;

      for (const [what, attempt, reason] of failing) {
        it(`is wrong and nothing else, and costs one hash: ${what}`, async () => {
          assert.deepEqual(await world.attempt(attempt), { kind: 'wrong' });
          assert.equal(world.hasher.hashes, 1);
          const [event, ...others] = await world.events();
          assert.deepEqual(others, []);
          assert.deepEqual(event?.details, { reason, known_browser: false });
        });
      }

      it('makes no browser known', async () => {
        const browserHash = newBrowser();
        await world.attempt({ browserHash });
        await world.attempt({ browserHash, usernameOrEmail: 'disabled', password });
        assert.deepEqual(await database.knex('known_browsers'), []);
      });

      it('is written down with the account where there is one, the network, and neither name nor password', async () => {
        await world.attempt({ usernameOrEmail: 'alice', password: 'hunter2-wrong' });
        await world.attempt({ usernameOrEmail: 'nobody-known', password: 'hunter2-wrong' });
        await world.attempt({ usernameOrEmail: email, password: 'hunter2-wrong' });
        assert.deepEqual(
          (await world.events()).map(({ event, actor, account_id: id, network }) => ({ event, actor, id, network })),
          [accountId, null, accountId].map((id) => ({
            event: 'sign_in.failed',
            actor: 'somebody',
            id,
            network: '192.0.2.0/24',
          })),
        );
        assert.doesNotMatch(await world.dump(), /alice|nobody-known|hunter2|mail\.example/i);
      });
    });

    describe('an attempt whose hash does not begin', () => {
      it('is busy while the queue is full, says when to ask again, and counts nothing', async () => {
        const queue = new BoundedQueue({ concurrency: 1, maxWaiting: 0 });
        const busy = new SignInWorld(database, queue);
        const other = Promise.withResolvers<void>();
        const running = queue.run(() => other.promise, { key: 'other' });
        for (const attempt of [{ password }, {}, { usernameOrEmail: 'nobody' }]) {
          const result = await busy.attempt(attempt);
          assert.ok(result.kind === 'busy' && result.retryAfterSeconds > 0);
        }
        assert.deepEqual(await busy.taken(), {});
        assert.deepEqual(await busy.events(), []);
        other.resolve();
        await running;
        assert.equal((await busy.attempt({ password })).kind, 'signed-in');
      });

      it('leaves the queue when nobody waits for the answer any more, and counts nothing', async () => {
        const queue = new BoundedQueue({ concurrency: 1 });
        const waiting = new SignInWorld(database, queue);
        const other = Promise.withResolvers<void>();
        const running = queue.run(() => other.promise, { key: 'other' });
        const leaving = new AbortController();
        const attempt = waiting.attempt({ signal: leaving.signal });
        setImmediate(() => leaving.abort(new Error('connection closed')));
        await assert.rejects(attempt, /connection closed/);
        other.resolve();
        await running;
        assert.equal(waiting.hasher.hashes, 0);
        assert.deepEqual(await waiting.taken(), {});
        assert.deepEqual(await waiting.events(), []);
      });

      it('does not keep a known browser out when its network has filled its share of the queue', async () => {
        const queue = new BoundedQueue({ concurrency: 1, maxWaiting: 4 });
        const crowded = new SignInWorld(database, queue);
        const browserHash = newBrowser();
        await crowded.knownBrowsers.remember(browserHash, accountId, 1);
        const other = Promise.withResolvers<void>();
        const running = queue.run(() => other.promise, { key: 'other' });
        const strangers = [1, 2].map(() => queue.run(() => other.promise, { key: 'network 192.0.2.0/24' }));
        assert.equal((await crowded.attempt({ password })).kind, 'busy');
        const owner = crowded.attempt({ password, browserHash });
        other.resolve();
        assert.equal((await owner).kind, 'signed-in');
        await Promise.all([running, ...strangers]);
      });
    });

    describe('what changes while the password is being hashed', () => {
      it('counts: an account that is disabled meanwhile is not signed in', async () => {
        world.hasher.afterHash = () => world.accounts.setDisabled(accountId, true);
        assert.equal((await world.attempt({ password })).kind, 'wrong');
      });

      it('counts: a password that is changed meanwhile opens nothing any more', async () => {
        const changed = await new Argon2PasswordHasher(new BoundedQueue({ concurrency: 1 }), cheapCost).hash('new one');
        world.hasher.afterHash = () => world.accounts.setPasswordHash(accountId, changed);
        assert.equal((await world.attempt({ password })).kind, 'wrong');
        world.hasher.afterHash = () => Promise.resolve();
        assert.equal((await world.attempt({ password: 'new one' })).kind, 'signed-in');
      });

      it('does no harm where the same password was only hashed again', async () => {
        const again = await new Argon2PasswordHasher(new BoundedQueue({ concurrency: 1 }), cheapCost).hash(password);
        world.hasher.afterHash = () => world.accounts.setPasswordHash(accountId, again);
        assert.equal((await world.attempt({ password })).kind, 'signed-in');
      });
    });

    describe('a hash with other parameters', () => {
      const older = new Argon2PasswordHasher(new BoundedQueue({ concurrency: 1 }), { ...cheapCost, memoryKiB: 16 });
      const stored = async (): Promise<string> =>
        (await world.accounts.findForSignIn('alice'))?.passwordHash ?? assert.fail('there is no password');

      it('is replaced at the first sign-in, and only then', async () => {
        const old = await older.hash(password);
        await world.accounts.setPasswordHash(accountId, old);
        await world.attempt({ password: 'wrong' });
        assert.equal(await stored(), old);
        assert.equal((await world.attempt({ password })).kind, 'signed-in');
        assert.match(await stored(), /^\$argon2id\$v=19\$m=8,t=1,p=1\$/);
        const replaced = await stored();
        assert.equal((await world.attempt({ password })).kind, 'signed-in');
        assert.equal(await stored(), replaced);
      });

      it('is not replaced where the password was changed meanwhile', async () => {
        await world.accounts.setPasswordHash(accountId, await older.hash(password));
        const changed = await older.hash('new one');
        world.hasher.afterHash = async () => {
          if (world.hasher.hashes === 2) await world.accounts.setPasswordHash(accountId, changed);
        };
        assert.equal((await world.attempt({ password })).kind, 'signed-in');
        assert.equal(world.hasher.hashes, 2);
        assert.equal(await stored(), changed);
      });
    });
  });
});
