import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { signInLimits } from '../../src/domain/sign-in/sign-in-limits.ts';
import type { SignInAttempt } from '../../src/domain/sign-in/sign-in.ts';
import { eachDatabase } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { newAccount, newBrowser, SignInWorld } from './sign-in-world.ts';

const password = 'correct horse battery staple';
const email = 'alice@mail.example';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
/** Each attempt from a network of its own. */
const elsewhere = (index: number): string => `198.51.${index}.0/24`;

eachDatabase((_kind, open) => {
  describe('The limits on signing in', () => {
    let database: TestDatabase;
    let world: SignInWorld;
    let accountId: string;
    before(async () => {
      database = await open();
    });
    beforeEach(async () => {
      await database.reset();
      world = new SignInWorld(database);
      const alice = newAccount({ email, emailVerified: true, passwordHash: await world.hasher.hash(password) });
      accountId = alice.id;
      await world.accounts.insert(alice);
      world.hasher.verified = 0;
    });
    after(() => database.close());

    const limited = async (attempt: Partial<SignInAttempt>): Promise<number> => {
      const result = await world.attempt(attempt);
      return result.kind === 'limited' ? result.retryAfterSeconds : assert.fail(`it is ${result.kind}`);
    };

    /** Several at once, but fewer than the queue holds for one network. */
    const inBatches = async (attempts: readonly Partial<SignInAttempt>[]): Promise<string[]> => {
      const kinds: string[] = [];
      for (let from = 0; from < attempts.length; from += 30) {
        const batch = await Promise.all(attempts.slice(from, from + 30).map((attempt) => world.attempt(attempt)));
        kinds.push(...batch.map(({ kind }) => kind));
      }
      return kinds;
    };

    describe('of one name and network', () => {
      it('are 10 failures in 15 minutes, after which not even the right password is looked at', async () => {
        assert.deepEqual(
          await world.kinds(times(10, () => ({}))),
          times(10, () => 'wrong'),
        );
        const seconds = await limited({ password });
        assert.ok(seconds > 890 && seconds <= 900, `${seconds} s`);
        assert.equal(world.hasher.verified, 10);
      });

      it('let exactly 10 of 50 attempts at once reach the hash', async () => {
        const results = await Promise.all(times(50, () => world.attempt({})));
        assert.equal(results.filter(({ kind }) => kind === 'wrong').length, 10);
        assert.equal(results.filter(({ kind }) => kind === 'limited').length, 40);
        assert.equal(world.hasher.verified, 10);
      });

      it('leave other names and other networks alone', async () => {
        await world.kinds(times(11, () => ({})));
        assert.equal((await world.attempt({ usernameOrEmail: 'bob-b' })).kind, 'wrong');
        assert.equal((await world.attempt({ network: elsewhere(1), password })).kind, 'signed-in');
      });

      it('end with the window, which refusals do not prolong', async () => {
        await world.kinds(times(15, () => ({})));
        await world.pass(600);
        assert.ok((await limited({ password })) <= 300);
        await world.pass(300);
        assert.equal((await world.attempt({ password })).kind, 'signed-in');
      });

      it('begin again after a right password', async () => {
        await world.kinds(times(9, () => ({})));
        assert.equal((await world.attempt({ password })).kind, 'signed-in');
        assert.deepEqual(
          await world.kinds(times(10, () => ({}))),
          times(10, () => 'wrong'),
        );
      });

      it('are not evaded by writing the name differently', async () => {
        await world.kinds(times(10, (index) => ({ usernameOrEmail: [' alice', 'ALICE', 'Alice\n'][index % 3] ?? '' })));
        await limited({ usernameOrEmail: 'alice' });
      });
    });

    describe('of unknown browsers everywhere', () => {
      it('are 30 failures an hour for a name, also at once', async () => {
        const results = await Promise.all(times(50, (index) => world.attempt({ network: elsewhere(index) })));
        assert.equal(results.filter(({ kind }) => kind === 'wrong').length, 30);
        assert.equal(world.hasher.verified, 30);
        const seconds = await limited({ network: elsewhere(60), password });
        assert.ok(seconds > 3590 && seconds <= 3600, `${seconds} s`);
      });

      it('are 50 failures a day for a name, so 100 for an account with its two names', async () => {
        await world.kinds(times(30, (index) => ({ network: elsewhere(index) })));
        await world.pass(3600);
        const kinds = await world.kinds(times(21, (index) => ({ network: elsewhere(index) })));
        assert.deepEqual(kinds, [...times(20, () => 'wrong'), 'limited']);
        assert.ok((await limited({ network: elsewhere(99) })) > 3600);
        assert.ok(signInLimits['name-and-unknown-browsers-daily'].points * 2 <= 100);
      });

      it('are not used up by what was refused for another reason', async () => {
        await world.kinds(times(40, () => ({})));
        assert.deepEqual(await world.taken(), {
          network: 10,
          'name-and-network': 10,
          'name-and-unknown-browsers': 10,
          'name-and-unknown-browsers-daily': 10,
        });
      });

      it('are not reset by a right password: it gets only its own point back', async () => {
        await world.kinds(times(5, () => ({})));
        await world.attempt({ password, network: elsewhere(1) });
        const taken = await world.taken();
        assert.equal(taken['name-and-unknown-browsers'], 5);
        assert.equal(taken['network'], 5);
      });
    });

    describe('of a network', () => {
      it('are 100 failures in 15 minutes, whatever the names', async () => {
        const kinds = await inBatches(times(120, (index) => ({ usernameOrEmail: `user-${index}` })));
        assert.equal(kinds.filter((kind) => kind === 'wrong').length, 100);
        assert.equal(kinds.filter((kind) => kind === 'limited').length, 20);
        await limited({ password });
        assert.equal((await world.attempt({ password, network: elsewhere(1) })).kind, 'signed-in');
      });

      it("are not lifted by signing in to one's own account in between", async () => {
        await world.accounts.insert(
          newAccount({ username: 'mallory', passwordHash: await world.hasher.hash(password) }),
        );
        const guess = (index: number) => ({ usernameOrEmail: `user-${index}` });
        await world.kinds(times(99, guess));
        assert.equal((await world.attempt({ usernameOrEmail: 'mallory', password })).kind, 'signed-in');
        assert.deepEqual(await world.kinds([guess(100), guess(101)]), ['wrong', 'limited']);
      });
    });

    describe('of a browser that signed in before', () => {
      it('cannot be used up by anybody else, from wherever and however often they guess', async () => {
        const owner = newBrowser();
        await world.attempt({ password, browserHash: owner });
        // From everywhere, and from the owner's own network too, at this name and at others.
        for (const usernameOrEmail of ['alice', email]) {
          await inBatches(times(60, (index) => ({ usernameOrEmail, network: elsewhere(index) })));
        }
        await inBatches(times(120, (index) => ({ usernameOrEmail: `user-${index}` })));
        await limited({ usernameOrEmail: 'somebody-else' });
        await limited({ password });
        await limited({ password, network: elsewhere(99) });
        assert.equal((await world.attempt({ password, browserHash: owner })).kind, 'signed-in');
        assert.equal(
          (await world.attempt({ usernameOrEmail: email, password, browserHash: owner, network: elsewhere(7) })).kind,
          'signed-in',
        );
      });

      it('are 10 failures in 15 minutes of its own, by either name, and go on elsewhere', async () => {
        const browserHash = newBrowser();
        await world.attempt({ password, browserHash });
        world.hasher.verified = 0;
        const results = await Promise.all(
          times(50, (index) => world.attempt({ browserHash, usernameOrEmail: index % 2 === 0 ? 'alice' : email })),
        );
        assert.equal(results.filter(({ kind }) => kind === 'wrong').length, 10);
        assert.equal(world.hasher.verified, 10);
        await limited({ browserHash, password });
        await limited({ browserHash, password, network: elsewhere(1) });
        assert.equal((await world.attempt({ password })).kind, 'signed-in');
        await world.pass(900);
        assert.equal((await world.attempt({ browserHash, password })).kind, 'signed-in');
      });

      it('begin again after a right password', async () => {
        const browserHash = newBrowser();
        await world.attempt({ password, browserHash });
        await world.kinds(times(9, () => ({ browserHash })));
        await world.attempt({ password, browserHash });
        assert.deepEqual(await world.taken(), {});
      });

      it('are those of a stranger where it tries another account', async () => {
        const browserHash = newBrowser();
        await world.accounts.insert(newAccount({ username: 'bob-b' }));
        await world.attempt({ password, browserHash });
        await world.kinds(times(10, () => ({ browserHash, usernameOrEmail: 'bob-b' })));
        await limited({ browserHash: newBrowser(), usernameOrEmail: 'bob-b' });
      });
    });

    describe('tell nobody which names exist', () => {
      it('a name that nobody has is limited exactly like one that somebody has', async () => {
        const networks = times(70, (index) => (index < 15 ? elsewhere(0) : elsewhere(index)));
        const answers = async (usernameOrEmail: string, prefix: string): Promise<(string | number)[][]> => {
          const all = [];
          for (const network of networks) {
            const result = await world.attempt({ usernameOrEmail, network: `${prefix} ${network}` });
            // Whole minutes: the second may turn while this runs.
            all.push(
              result.kind === 'limited' ? ['limited', Math.round(result.retryAfterSeconds / 60)] : [result.kind],
            );
          }
          return all;
        };
        const known = await answers('alice', 'a');
        assert.deepEqual(await answers('nobody-here', 'b'), known);
        assert.deepEqual(await answers('nobody@mail.example', 'c'), known);
        assert.ok(known.some(([kind]) => kind === 'limited'));
      });

      it('the failures of a user name do not show at the e-mail address of the same account', async () => {
        await world.kinds(times(11, () => ({})));
        assert.equal((await world.attempt({ usernameOrEmail: email })).kind, 'wrong');
        assert.equal((await world.attempt({ usernameOrEmail: 'nobody@mail.example' })).kind, 'wrong');
      });

      it('the counters show neither a name nor a network, and need their key to be recognised', async () => {
        await world.kinds(times(11, () => ({})));
        await world.attempt({ usernameOrEmail: 'nobody-here' });
        const keys = (await database.knex<{ key: string }>('rate_limits')).map(({ key }) => key);
        assert.doesNotMatch(keys.join(), /alice|nobody|192\.0\.2/);
        // Another installation with another key counts the same attempt under other keys.
        await new SignInWorld(database).attempt({});
        assert.equal((await database.knex('rate_limits')).length, keys.length + 4);
      });
    });

    describe('are written down', () => {
      it('once in a window, however often it is refused, with the account and neither name nor password', async () => {
        await world.kinds(times(10, () => ({})));
        await Promise.all(times(20, () => world.attempt({ password: 'hunter2-guess' })));
        const events = (await world.events()).filter(({ event }) => event === 'sign_in.limited');
        assert.equal(events.length, 1);
        const [event] = events;
        assert.equal(event?.account_id, accountId);
        assert.equal(event?.network, '192.0.2.0/24');
        assert.deepEqual(Object.keys(event?.details ?? {}), ['limit', 'retry_after_seconds']);
        assert.doesNotMatch(await world.dump(), /alice|hunter2/);
        await world.pass(900);
        await world.kinds(times(12, () => ({})));
        assert.equal((await world.events()).filter(({ event }) => event === 'sign_in.limited').length, 2);
      });

      it('without an account for a name that nobody has', async () => {
        await world.kinds(times(11, () => ({ usernameOrEmail: 'nobody-here' })));
        const event = (await world.events()).find(({ event }) => event === 'sign_in.limited');
        assert.equal(event?.account_id, null);
      });
    });
  });
});
