import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { BusyError, PasswordError } from '../../src/domain/sign-in/password-hasher.ts';
import { Argon2PasswordHasher } from '../../src/passwords/argon2-password-hasher.ts';
import { BoundedQueue } from '../../src/passwords/bounded-queue.ts';

/** The least that argon2 accepts: these tests are about everything but the cost. */
const cheap = { memoryKiB: 8, passes: 1, lanes: 1 };
const turn = { key: '192.0.2.0/24' };

/** A queue that counts what it runs: one run is one hash. */
class CountingQueue extends BoundedQueue {
  hashes = 0;

  override run<T>(...args: Parameters<typeof BoundedQueue.prototype.run<T>>): Promise<T> {
    this.hashes += 1;
    return super.run(...args);
  }
}

const newHasher = (cost = cheap): { hasher: Argon2PasswordHasher; queue: CountingQueue } => {
  const queue = new CountingQueue({ concurrency: 2 });
  return { hasher: new Argon2PasswordHasher(queue, cost), queue };
};

const hasCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof PasswordError && error.code === code;

describe('Argon2PasswordHasher: what is stored', () => {
  it('is argon2id with m=19456, t=2, p=1 unless told otherwise, in the order that libargon2 and PHP read', async () => {
    const hasher = new Argon2PasswordHasher(new BoundedQueue({ concurrency: 1 }));
    const phc = await hasher.hash('correct horse battery staple');
    assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.equal(await hasher.verify('correct horse battery staple', phc, turn), true);
  });

  it('differs each time', async () => {
    const { hasher } = newHasher();
    assert.notEqual(await hasher.hash('same'), await hasher.hash('same'));
  });

  it('opens for the password that made it and for no other', async () => {
    const { hasher } = newHasher();
    const password = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(password, password, async (one, other) => {
        const phc = await hasher.hash(one);
        assert.equal(await hasher.verify(one, phc, turn), true);
        assert.equal(await hasher.verify(other, phc, turn), one.normalize('NFC') === other.normalize('NFC'));
      }),
      { numRuns: 50 },
    );
  });

  it('is the same for a password typed in composed and in decomposed characters', async () => {
    const { hasher } = newHasher();
    const phc = await hasher.hash('Zoe\u0308 caf\u00e9');
    assert.equal(await hasher.verify('Zo\u00eb cafe\u0301', phc, turn), true);
    assert.equal(await hasher.verify('Zoe cafe', phc, turn), false);
  });
});

describe('Argon2PasswordHasher: strings that others made', () => {
  // From the tests of the reference implementation: "password" with the salt "somesalt".
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

  it('are verified in the order of libargon2 and PHP', async () => {
    const { hasher } = newHasher();
    assert.equal(await hasher.verify('password', reference, turn), true);
    assert.equal(await hasher.verify('differentpassword', reference, turn), false);
  });

  it('are verified in the order m, p, t that npm writes', async () => {
    const { hasher } = newHasher();
    const phc = await hasher.hash('password');
    const reordered = phc.replace('m=8,t=1,p=1', 'm=8,p=1,t=1');
    assert.notEqual(reordered, phc);
    assert.equal(await hasher.verify('password', reordered, turn), true);
  });

  for (const [what, phc] of [
    ['nothing', ''],
    ['something else', '*'],
    ['bcrypt', '$2y$10$abcdefghijklmnopqrstuuVQkLZ2hV5Yy8Ff0kPjH7Wf3yqv0e3l2'],
    ['a string cut short', '$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ'],
    [
      'a string without t',
      '$argon2id$v=19$m=8,m=1,p=1$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    ],
    ['a string with a line more', `${reference}\n`],
  ] as const) {
    it(`are wrong, after one hash, where they are ${what}`, async () => {
      const { hasher, queue } = newHasher();
      assert.equal(await hasher.verify('password', phc, turn), false);
      assert.equal(queue.hashes, 1);
    });
  }
});

describe('Argon2PasswordHasher.needsRehash', () => {
  it('is false for what the hasher itself makes', async () => {
    const { hasher } = newHasher();
    assert.equal(hasher.needsRehash(await hasher.hash('password')), false);
  });

  it('is true for other memory, passes or lanes, another order, another variant and anything else', async () => {
    const { hasher } = newHasher();
    const phc = await hasher.hash('password');
    for (const cost of [
      { ...cheap, memoryKiB: 16 },
      { ...cheap, passes: 2 },
      { ...cheap, memoryKiB: 16, lanes: 2 },
    ]) {
      assert.equal(hasher.needsRehash(await newHasher(cost).hasher.hash('password')), true, JSON.stringify(cost));
    }
    assert.equal(hasher.needsRehash(phc.replace('m=8,t=1,p=1', 'm=8,p=1,t=1')), true);
    assert.equal(hasher.needsRehash(phc.replace('argon2id', 'argon2i')), true);
    assert.equal(hasher.needsRehash(''), true);
  });
});

describe('Argon2PasswordHasher: what cannot be a password', () => {
  const impossible = [
    ['empty', '', 'ERR_PASSWORD_EMPTY'],
    ['of 257 characters', 'x'.repeat(257), 'ERR_PASSWORD_TOO_LONG'],
    ['of 257 characters outside the basic plane', '\u{1f511}'.repeat(257), 'ERR_PASSWORD_TOO_LONG'],
    ['of a million characters', 'x'.repeat(1_000_000), 'ERR_PASSWORD_TOO_LONG'],
    ['half a character', 'secret\ud83d', 'ERR_PASSWORD_MALFORMED'],
  ] as const;

  for (const [what, password, code] of impossible) {
    it(`is refused without hashing where it is ${what}`, async () => {
      const { hasher, queue } = newHasher();
      await assert.rejects(hasher.hash(password), hasCode(code));
      assert.equal(queue.hashes, 0);
    });

    it(`is wrong, after one hash, where it is ${what}`, async () => {
      const { hasher, queue } = newHasher();
      const phc = await hasher.hash('something else');
      assert.equal(await hasher.verify(password, phc, turn), false);
      assert.equal(queue.hashes, 2);
    });
  }

  it('begins after 256 characters, whatever they are', async () => {
    const { hasher } = newHasher();
    for (const password of ['x'.repeat(256), '\u{1f511}'.repeat(256), 'e\u0301'.repeat(256)]) {
      const phc = await hasher.hash(password);
      assert.equal(await hasher.verify(password, phc, turn), true);
      // Every character counts: nothing is cut off.
      assert.equal(await hasher.verify(password.slice(0, -2), phc, turn), false);
    }
  });

  it('is not told in the error', async () => {
    const { hasher } = newHasher();
    const password = 'hunter2'.repeat(50);
    await assert.rejects(hasher.hash(password), (error: Error) => !String(error.stack).includes('hunter2'));
  });
});

describe('Argon2PasswordHasher: the work', () => {
  it('is one hash for a right password, a wrong one and no account at all', async () => {
    const { hasher, queue } = newHasher();
    const phc = await hasher.hash('password');
    for (const [password, stored, expected] of [
      ['password', phc, true],
      ['wrong', phc, false],
      ['password', undefined, false],
      ['nobody has this password', undefined, false],
    ] as const) {
      const before = queue.hashes;
      assert.equal(await hasher.verify(password, stored, turn), expected);
      assert.equal(queue.hashes - before, 1);
    }
  });

  it('takes about as long without an account as with one', async () => {
    const { hasher } = newHasher({ memoryKiB: 19_456, passes: 2, lanes: 1 });
    const phc = await hasher.hash('password');
    const spent = async (stored: string | undefined): Promise<number> => {
      const start = process.cpuUsage();
      await hasher.verify('wrong', stored, turn);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const median = async (stored: string | undefined): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < 9; round += 1) times.push(await spent(stored));
      return times.toSorted((a, b) => a - b)[4] ?? Number.NaN;
    };
    const [withAccount, without] = [await median(phc), await median(undefined)];
    const ratio = without / withAccount;
    assert.ok(ratio > 0.5 && ratio < 2, `${without} and ${withAccount} microseconds of processor time`);
  });

  it('is refused when the queue is full, and again possible afterwards', async () => {
    const hasher = new Argon2PasswordHasher(new BoundedQueue({ concurrency: 1, maxWaiting: 0 }), cheap);
    const first = hasher.hash('password');
    await assert.rejects(hasher.verify('password', undefined, turn), BusyError);
    await assert.rejects(hasher.hash('password'), BusyError);
    assert.equal(await hasher.verify('password', await first, turn), true);
  });
});
