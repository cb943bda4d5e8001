import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { password, redirectUri } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { authorizationRequest, signInForTokens, UserAgent } from '../support/user-agent.ts';
import {
  assertEndedWell,
  beginLatchkey,
  latchkey,
  latchkeyJson,
  makeFolder,
  startLatchkey,
  timeStarts,
  type Folder,
  type Settings,
  type Started,
} from './latchkey-program.ts';

const issuer = 'http://localhost:3997';
const addNotes = ['client', 'add', '--id', 'notes', '--name', 'Notes', '--redirect-uri', redirectUri, '--trusted'];
const addAlice = ['account', 'add', '--username', 'alice', '--email', 'alice@example.org', '--password-stdin'];

const at = (started: Started): UserAgent => new UserAgent(started, { port: started.port });

describe('latchkey with PostgreSQL', { timeout: 240_000 }, () => {
  let folder: Folder;
  let database: TestDatabase;
  let settings: Settings;
  before(async () => {
    folder = await makeFolder();
    database = await openTestDatabase('postgresql');
    settings = { DATABASE_URL: database.url ?? '', DATA_DIR: await folder.fresh(), ISSUER: issuer };
  });
  after(async () => {
    await folder.remove();
    await database.close();
  });

  it('lets four processes start at once on an empty database and an empty data directory', async () => {
    await database.knex.raw('drop schema public cascade; create schema public');
    const processes = await Promise.all([1, 2, 3, 4].map(() => startLatchkey(settings)));
    const keys = await Promise.all(processes.map(async (each) => (await at(each).ask('/jwks')).text));
    assert.equal((JSON.parse(keys[0] ?? '') as { keys: unknown[] }).keys.length, 2);
    assert.equal(new Set(keys).size, 1, 'all publish the same keys');
    assert.deepEqual(await readdir(settings['DATA_DIR'] ?? ''), ['secret.key'], 'and have the same secret key');
    const names = (await readdir(new URL('../../migrations/', import.meta.url))).toSorted();
    assert.deepEqual(await database.knex('knex_migrations').orderBy('id').pluck('name'), names);

    await Promise.all(processes.map((each) => each.stop()));
  });

  it('shares accounts, sessions and tokens between processes, and goes on when one is killed', async () => {
    const client = (await latchkeyJson(settings, addNotes)) as { client_id: string; client_secret: string };
    await latchkeyJson(settings, addAlice, { input: `${password}\n` });
    const [one, two] = await Promise.all([startLatchkey(settings), startLatchkey(settings)]);

    const browser = at(one);
    const tokens = await signInForTokens(browser, client);
    const profile = (started: Started) =>
      at(started).ask('/profile', { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.equal((await profile(two)).status, 200);
    await one.child.kill9();

    const elsewhere = at(two);
    for (const [key, cookie] of browser.cookies) elsewhere.cookies.set(key, cookie);
    const silent = await elsewhere.ask(authorizationRequest('notes', { prompt: 'none' }).url);
    assert.ok(silent.location?.searchParams.has('code'), silent.location?.href);
    assert.equal((await profile(two)).json()['preferred_username'], 'alice');
    await two.stop();
  });

  it('is ready in under 2 seconds with existing data', async (t) => {
    const { figures, limitMs } = await timeStarts(settings, 2000);
    t.diagnostic(`ready after ${figures.join(', ')} ms, limit ${limitMs} ms`);
    assert.ok(
      figures.some((ms) => ms < limitMs),
      figures.join(', '),
    );
  });

  it('ends at once while it waits for another process that migrates', async () => {
    await database.knex.raw('drop schema public cascade; create schema public');
    const lock = Buffer.from('latchkey').readBigInt64BE().toString();
    await database.knex.transaction(async (trx) => {
      await trx.raw(`select pg_advisory_xact_lock(${lock})`);
      const child = beginLatchkey(settings);
      const waits = () => trx('pg_locks').where({ locktype: 'advisory', granted: false }).first('pid');
      while ((await waits()) === undefined) assert.equal(child.process.exitCode, null);
      const toldAt = performance.now();
      child.process.kill('SIGTERM');
      assertEndedWell(await child.ended);
      assert.ok(performance.now() - toldAt < 10_000);
    });
    const migrated = await latchkeyJson(settings, ['migrate']);
    assert.equal((migrated['applied'] as unknown[]).length > 0, true);
  });

  describe('refuses in one line', () => {
    const refusal = async (
      changed: Settings,
      expected: { readonly code: number; readonly line: RegExp },
      argv = ['start'],
    ): Promise<void> => {
      const { code, stdout, stderr } = await latchkey({ PORT: '0', ...settings, ...changed }, argv);
      assert.match(stderr, expected.line);
      assert.match(stderr, /^latchkey: [^\n]+\n$/);
      assert.equal(code, expected.code);
      const { DATABASE_URL: url, SECRET_KEY: key } = changed;
      for (const secret of [url, key]) assert.ok(secret === undefined || !(stdout + stderr).includes(secret), stderr);
    };

    it('a database that is not there', async () => {
      const url = new URL(database.url ?? '');
      url.pathname = '/no_such_database';
      await refusal(
        { DATABASE_URL: url.href },
        { code: 4, line: /The server of DATABASE_URL refuses: .*"no_such_database"/ },
      );
    });

    it('the secret key of another installation: another data directory, or SECRET_KEY', async () => {
      const expected = {
        code: 3,
        line: /SECRET_KEY is not the one that this database was set up with: restore that one/,
      };
      await latchkeyJson(settings, ['keys', 'list']);
      await refusal({ DATA_DIR: await folder.fresh() }, expected);
      await refusal({ SECRET_KEY: randomBytes(32).toString('hex') }, expected, ['client', 'list']);
    });

    it('a secret key that can neither be read nor made', async () => {
      const path = join(await folder.fresh(), 'data');
      await refusal(
        { DATA_DIR: join(path, 'x'.repeat(300)) },
        { code: 3, line: /can neither be read nor made: ENAMETOOLONG/ },
      );
    });
  });
});
