import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { databaseUnavailable } from '../../src/storage/database-health.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { openPostgresqlDatabase } from '../../src/storage/postgresql-database.ts';
import { startPostgresqlServer, type PostgresqlServer } from '../support/postgresql-server.ts';

let server: PostgresqlServer;

before(async () => {
  server = await startPostgresqlServer();
});
after(() => server.remove());

/** Every query during an outage has failed by then. */
const failsWithinMs = 6000;

const assertUnavailable = async (query: PromiseLike<unknown>): Promise<void> => {
  const begunMs = performance.now();
  await assert.rejects(Promise.resolve(query), (error) => databaseUnavailable(error) || assert.fail(error as Error));
  assert.ok(performance.now() - begunMs < failsWithinMs, 'it fails in time');
};

describe('opening a PostgreSQL database', () => {
  it('sets name, time zone and limits of its connections', async () => {
    const database = await openDatabase({ databaseUrl: server.url(), dataDir: 'unused' });
    try {
      assert.equal(database.kind, 'postgresql');
      assert.deepEqual(await database.health(), { ok: true });
      const names = ['application_name', 'timezone', 'statement_timeout', 'idle_in_transaction_session_timeout'];
      const { rows } = await database.knex.raw<{ rows: { setting: string }[] }>(
        'select setting from unnest(?::text[]) with ordinality as wanted (name, place) join pg_settings on lower(pg_settings.name) = wanted.name order by place',
        [names],
      );
      assert.deepEqual(
        rows.map(({ setting }) => setting),
        ['latchkey', 'UTC', '15000', '15000'],
      );
    } finally {
      await database.close();
    }
  });

  it('lets a change of the schema take its time, and shuts others out meanwhile', async () => {
    const database = await openPostgresqlDatabase({ databaseUrl: server.url() });
    const events: string[] = [];
    try {
      const change = (name: string) =>
        database.changeSchema(async (knex) => {
          events.push(`${name} begins`);
          const { rows } = await knex.raw(
            "select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle, pg_sleep(0.1)",
          );
          assert.deepEqual([rows[0].statement, rows[0].idle], ['0', '0']);
          events.push(`${name} ends`);
        });
      await Promise.all([change('one'), change('two')]);
      const [first] = events;
      assert.deepEqual(
        events,
        first === 'one begins'
          ? ['one begins', 'one ends', 'two begins', 'two ends']
          : ['two begins', 'two ends', 'one begins', 'one ends'],
      );
    } finally {
      await database.close();
    }
  });

  it('refuses a server older than 15', async () => {
    const opening = (version: number) =>
      openPostgresqlDatabase({ databaseUrl: server.url(), readServerVersion: async () => version });
    await assert.rejects(opening(140_011), {
      code: 'ERR_DATABASE_TOO_OLD',
      message: 'The server of DATABASE_URL is PostgreSQL 14; version 15 or newer is needed.',
    });
    await (await opening(150_000)).close();
  });

  it('refuses a database that is not there', async () => {
    await assert.rejects(openPostgresqlDatabase({ databaseUrl: server.url('not_there') }), {
      code: 'ERR_DATABASE_REFUSED',
      message: 'The server of DATABASE_URL refuses: database "not_there" does not exist.',
    });
  });

  it('says that there is no server, without the password', async () => {
    const databaseUrl = 'postgresql://latchkey:geheim@localhost/latchkey?host=%2Fnot%2Fthere';
    await assert.rejects(openPostgresqlDatabase({ databaseUrl }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ERR_DATABASE_UNAVAILABLE');
      assert.ok(!error.message.includes('geheim') && !error.message.includes('\n'), error.message);
      return databaseUnavailable(error);
    });
  });

  it('does not repeat bound values in errors, as errors are logged', async () => {
    const database = await openPostgresqlDatabase({ databaseUrl: server.url() });
    try {
      await assert.rejects(database.knex.raw('select ?::integer', ['a-secret']), (error: Error) => {
        assert.match(error.message, /^select \$1::integer - /);
        return !databaseUnavailable(error);
      });
    } finally {
      await database.close();
    }
  });
});

describe('an outage of PostgreSQL', () => {
  it('fails queries quickly while it lasts and is forgotten afterwards, without opening again', async () => {
    const warnings: string[] = [];
    const database = await openPostgresqlDatabase({
      databaseUrl: server.url(),
      poolMax: 5,
      onWarning: (message) => warnings.push(message),
    });
    try {
      await outage(database);
      assert.ok(warnings.length > 0);
      assert.ok(!warnings.some((warning) => warning.includes('\n')));
    } finally {
      await database.close();
    }
  });

  const outage = async (database: Database): Promise<void> => {
    const { knex } = database;
    await knex.schema.createTable('numbers', (table) => table.integer('number').primary());
    await knex('numbers').insert({ number: 1 });
    // All connections of the pool are open, two of them in use.
    await Promise.all([1, 2, 3, 4, 5].map(() => knex.raw('select pg_sleep(0.1)')));
    const underWay = assertUnavailable(knex.raw('select pg_sleep(5)'));
    const inTransaction = assertUnavailable(
      knex.transaction(async (transaction) => {
        await transaction('numbers').insert({ number: 2 });
        await transaction.raw('select pg_sleep(5)');
      }),
    );
    const running = () => knex('pg_stat_activity').where('query', 'like', '%pg_sleep(5)%').where({ state: 'active' });
    while ((await running()).length < 2) await delay(10);
    await server.kill9();
    await Promise.all([underWay, inTransaction]);

    await Promise.all(Array.from({ length: 20 }, () => assertUnavailable(knex('numbers').select())));
    const state = await database.health();
    assert.ok(!state.ok && /does not answer: (?:ECONNREFUSED|ENOENT)$/.test(state.reason), JSON.stringify(state));
    await assertUnavailable(knex.transaction(async (transaction) => transaction('numbers').insert({ number: 3 })));

    await server.start();
    assert.deepEqual(await knex('numbers').pluck('number'), [1], 'what was committed is there, and nothing else');
    assert.deepEqual(await database.health(), { ok: true });
    const numbers = Array.from({ length: 20 }, (_, index) => index + 10);
    await Promise.all(numbers.map((number) => knex('numbers').insert({ number })));

    await server.restart();
    await Promise.all(numbers.map((number) => knex('numbers').where({ number }).del()));
    assert.deepEqual(await knex('numbers').pluck('number'), [1]);
  };

  it('drops a connection whose server has gone without a word', async () => {
    const database = await openPostgresqlDatabase({ databaseUrl: server.url(), poolMax: 1, answerTimeoutMs: 500 });
    const { knex } = database;
    const backend = async (): Promise<number> => (await knex.raw('select pg_backend_pid() as pid')).rows[0].pid;
    const silent = await backend();
    try {
      process.kill(silent, 'SIGSTOP');
      await assertUnavailable(knex.raw('select 1'));
      assert.notEqual(await backend(), silent);
    } finally {
      process.kill(silent, 'SIGCONT');
      await database.close();
    }
  });
});
