import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { NewAccount } from '../../src/domain/account/account-store.ts';
import type { HashingTurn, PasswordHasher } from '../../src/domain/sign-in/password-hasher.ts';
import { SignInLimits } from '../../src/domain/sign-in/sign-in-limits.ts';
import { SignIn } from '../../src/domain/sign-in/sign-in.ts';
import type { SignInAttempt, SignInResult } from '../../src/domain/sign-in/sign-in.ts';
import { Argon2PasswordHasher } from '../../src/passwords/argon2-password-hasher.ts';
import { BoundedQueue } from '../../src/passwords/bounded-queue.ts';
import { KnexAccountStore } from '../../src/storage/knex-account-store.ts';
import { KnexKnownBrowsers } from '../../src/storage/knex-known-browsers.ts';
import { KnexSecurityEvents } from '../../src/storage/knex-security-events.ts';
import { KnexRateLimits } from '../../src/storage/rate-limits.ts';
import type { TestDatabase } from '../support/test-database.ts';

/** The least that argon2 accepts. */
export const cheapCost = { memoryKiB: 8, passes: 1, lanes: 1 };

export const newAccount = (account: Partial<NewAccount>): NewAccount => ({
  id: randomUUID(),
  username: 'alice',
  name: undefined,
  email: undefined,
  emailVerified: false,
  picture: undefined,
  locale: undefined,
  groups: [],
  passwordHash: undefined,
  ...account,
});

/** A hasher that counts what reaches it and can do something while a hash is being made. */
export class WatchedHasher implements PasswordHasher {
  /** Passwords that were verified, for whatever account. */
  verified = 0;
  /** Hashes that were begun, of both kinds. */
  hashes = 0;
  /** Called after each hash, before its answer is known. */
  afterHash: () => Promise<unknown> = () => Promise.resolve();
  readonly #hasher: Argon2PasswordHasher;

  constructor(queue: BoundedQueue) {
    this.#hasher = new Argon2PasswordHasher(
      {
        run: (work, turn) =>
          queue.run(async () => {
            this.hashes += 1;
            const answer = await work();
            await this.afterHash();
            return answer;
          }, turn),
      },
      cheapCost,
    );
  }

  hash(password: string, turn?: HashingTurn): Promise<string> {
    return this.#hasher.hash(password, turn);
  }

  verify(password: string, phc: string | undefined, turn: HashingTurn): Promise<boolean> {
    this.verified += 1;
    return this.#hasher.verify(password, phc, turn);
  }

  needsRehash(phc: string): boolean {
    return this.#hasher.needsRehash(phc);
  }
}

/** A browser that has its cookie; each call is another browser. */
export const newBrowser = (): Buffer => createHash('sha256').update(randomBytes(32)).digest();

interface Row {
  readonly key: string;
  readonly points: number;
}

/** Sign-in on a database, with everything that belongs to it. */
export class SignInWorld {
  readonly accounts: KnexAccountStore;
  readonly knownBrowsers: KnexKnownBrowsers;
  readonly hasher: WatchedHasher;
  readonly #database: TestDatabase;
  readonly #signIn: SignIn;

  constructor(database: TestDatabase, queue = new BoundedQueue({ concurrency: 2 })) {
    this.#database = database;
    this.accounts = new KnexAccountStore(database.knex);
    this.knownBrowsers = new KnexKnownBrowsers(database.knex);
    this.hasher = new WatchedHasher(queue);
    const key = randomBytes(32);
    this.#signIn = new SignIn({
      accounts: this.accounts,
      knownBrowsers: this.knownBrowsers,
      limits: new SignInLimits(new KnexRateLimits(database.knex), (text) =>
        createHmac('sha256', key).update(text).digest('base64url'),
      ),
      passwords: this.hasher,
      securityEvents: new KnexSecurityEvents(database.knex),
    });
  }

  /** Somebody at a browser that nobody knows, unless told otherwise. */
  attempt(attempt: Partial<SignInAttempt>): Promise<SignInResult> {
    return this.#signIn.attempt({
      usernameOrEmail: 'alice',
      password: 'wrong',
      browserHash: newBrowser(),
      network: '192.0.2.0/24',
      ...attempt,
    });
  }

  async kinds(attempts: readonly Partial<SignInAttempt>[]): Promise<string[]> {
    const kinds: string[] = [];
    for (const attempt of attempts) kinds.push((await this.attempt(attempt)).kind);
    return kinds;
  }

  /** As if so much time had passed for the limits. */
  async pass(seconds: number): Promise<void> {
    await this.#database.knex('rate_limits').decrement('expire', seconds * 1000);
  }

  /** The points that are taken, by the name of the limit. */
  async taken(): Promise<Record<string, number>> {
    const taken: Record<string, number> = {};
    for (const { key, points } of await this.#database.knex<Row>('rate_limits')) {
      const name = key.split('/')[1] ?? '';
      if (!key.endsWith('/refused') && points > 0) taken[name] = (taken[name] ?? 0) + points;
    }
    return taken;
  }

  async events(): Promise<
    { event: string; actor: string; account_id: string | null; network: string; details: object }[]
  > {
    return this.#database
      .knex('security_events')
      .orderBy('id')
      .select('event', 'actor', 'account_id', 'network', 'details');
  }

  /** Everything that signing in writes, as text. */
  async dump(): Promise<string> {
    const tables = ['security_events', 'rate_limits', 'known_browsers'];
    const rows = [];
    for (const table of tables) rows.push(await this.#database.knex(table));
    return JSON.stringify(rows);
  }
}
