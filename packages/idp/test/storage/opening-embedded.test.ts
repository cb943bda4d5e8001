import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { DatabaseError, type DatabaseErrorCode } from '../../src/storage/database-error.ts';
import { databaseUnavailable } from '../../src/storage/database-health.ts';
import { connectEmbedded, openEmbeddedDatabase } from '../../src/storage/embedded-database.ts';
import { EmbeddedDatabaseWatchdog } from '../../src/storage/embedded-database-watchdog.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { startChild } from '../support/child-process.ts';

const otherProcess = new URL('./opening-process.ts', import.meta.url);

let folder: string;
let pristine: string;

/** A data directory with an empty database: a copy, as initdb takes 3 s. */
const copyOfPristine = async (): Promise<string> => {
  const dataDir = await mkdtemp(join(folder, 'data-'));
  await cp(pristine, dataDir, { recursive: true });
  return dataDir;
};

const emptyDataDir = (): Promise<string> => mkdtemp(join(folder, 'data-'));

const hasCode = (code: DatabaseErrorCode) => (error: unknown) => error instanceof DatabaseError && error.code === code;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-opening-'));
  pristine = join(folder, 'not-there-yet', 'data');
  const database = await openDatabase({ dataDir: pristine });
  await database.close();
});

after(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('making the embedded database', () => {
  it('makes the data directory for its owner only, with the database and its lock in it', async () => {
    assert.equal((await stat(pristine)).mode & 0o777, 0o700);
    assert.equal((await stat(join(pristine, 'database'))).mode & 0o777, 0o700);
    assert.deepEqual((await readdir(pristine)).toSorted(), ['database', 'database.lock']);
  });

  it('removes what a killed initdb left and starts again', async () => {
    const dataDir = await emptyDataDir();
    const child = startChild(otherProcess, 'hold', dataDir);
    const unfinished = await untilUnfinished(dataDir);
    await child.kill9();
    assert.ok((await readdir(dataDir)).includes(unfinished), 'the left-over is there');
    assert.ok(!(await readdir(dataDir)).includes('database'), 'half a database is not taken for one');

    const database = await openDatabase({ dataDir });
    try {
      assert.deepEqual(await database.health(), { ok: true });
      assert.deepEqual((await readdir(dataDir)).toSorted(), ['database', 'database.lock']);
    } finally {
      await database.close();
    }
  });

  it('refuses to start one on a disk that is nearly full, and leaves nothing behind', async () => {
    const dataDir = await emptyDataDir();
    await assert.rejects(
      openEmbeddedDatabase({ dataDir, readFreeBytes: () => 100 * 2 ** 20 }),
      hasCode('ERR_DISK_FULL'),
    );
    assert.deepEqual(await readdir(dataDir), ['database.lock']);
  });
});

/** Resolves with the name of the folder that initdb has begun to fill. */
const untilUnfinished = async (dataDir: string): Promise<string> => {
  for (;;) {
    const name = (await readdir(dataDir)).find((entry) => entry.startsWith('database.new'));
    if (name !== undefined && (await readdir(join(dataDir, name))).includes('base')) return name;
    await delay(10);
  }
};

describe('opening the embedded database', () => {
  it('takes away the rights of others on a data directory that is there', async () => {
    const dataDir = await copyOfPristine();
    await chmod(dataDir, 0o755);
    const database = await openDatabase({ dataDir });
    await database.close();
    assert.equal((await stat(dataDir)).mode & 0o777, 0o700);
  });

  it('refuses a data directory in which everybody may write', async () => {
    const dataDir = await emptyDataDir();
    await chmod(dataDir, 0o1777);
    await assert.rejects(openDatabase({ dataDir }), hasCode('ERR_DATA_DIR'));
    assert.equal((await stat(dataDir)).mode & 0o7777, 0o1777);
  });

  it('refuses a data directory that is a file', async () => {
    await assert.rejects(openDatabase({ dataDir: join(pristine, 'database.lock') }), hasCode('ERR_DATA_DIR'));
  });

  it('refuses a folder that holds something else', async () => {
    const dataDir = await emptyDataDir();
    await mkdir(join(dataDir, 'database', 'holiday-pictures'), { recursive: true });
    await assert.rejects(openDatabase({ dataDir }), hasCode('ERR_DATABASE_DAMAGED'));
    assert.deepEqual(await readdir(join(dataDir, 'database')), ['holiday-pictures']);
  });

  it('refuses a damaged database, and frees the directory again', async () => {
    const dataDir = await copyOfPristine();
    await rm(join(dataDir, 'database', 'global', 'pg_control'));
    await assert.rejects(openDatabase({ dataDir }), hasCode('ERR_DATABASE_DAMAGED'));
    await assert.rejects(openDatabase({ dataDir }), hasCode('ERR_DATABASE_DAMAGED'));
  });

  it('works in UTC', async () => {
    const database = await openDatabase({ dataDir: pristine });
    try {
      const { rows } = await database.knex.raw("select current_setting('timezone') as timezone");
      assert.equal(rows[0].timezone, 'UTC');
    } finally {
      await database.close();
    }
  });

  it('does not repeat bound values in errors, as errors are logged', async () => {
    const database = await openDatabase({ dataDir: pristine });
    try {
      await assert.rejects(database.knex.raw('select ?::integer', ['a-secret']), (error: Error) => {
        assert.match(error.message, /^select \$1::integer - /);
        assert.ok(!error.message.split(' - ')[0]?.includes('a-secret'));
        return !databaseUnavailable(error);
      });
    } finally {
      await database.close();
    }
  });

  it('can be closed twice', async () => {
    const database = await openDatabase({ dataDir: pristine });
    await Promise.all([database.close(), database.close()]);
    await database.close();
  });
});

describe('one data directory and two processes', () => {
  it('refuses the second, naming the directory, and admits it once the first was killed', async () => {
    const dataDir = await copyOfPristine();
    const first = startChild(otherProcess, 'hold', dataDir);
    await first.line((line) => line === 'open');

    await assert.rejects(openDatabase({ dataDir }), (error: Error) => {
      assert.match(error.message, /is used by another process/);
      assert.ok(error.message.includes(join(dataDir, 'database')));
      assert.ok(!error.message.includes('\n'));
      return hasCode('ERR_DATABASE_IN_USE')(error);
    });

    await first.kill9();
    const database = await openDatabase({ dataDir });
    try {
      assert.deepEqual(await database.health(), { ok: true });
      const { lines } = await startChild(otherProcess, 'try', dataDir).ended;
      assert.match(lines[0] ?? '', /^ERR_DATABASE_IN_USE /);
    } finally {
      await database.close();
    }
  });

  it('refuses a second opening in the same process too', async () => {
    const database = await openDatabase({ dataDir: pristine });
    try {
      await assert.rejects(openDatabase({ dataDir: pristine }), hasCode('ERR_DATABASE_IN_USE'));
    } finally {
      await database.close();
    }
  });

  it('keeps what was committed when the process is killed', async () => {
    const dataDir = await copyOfPristine();
    const writer = startChild(otherProcess, 'write', dataDir);
    await writer.line((line) => Number(line) >= 100);
    const { lines } = await writer.kill9();

    const database = await openDatabase({ dataDir });
    try {
      const kept = new Set(await database.knex('numbers').pluck('number'));
      assert.deepEqual(
        lines.map(Number).filter((number) => !kept.has(number)),
        [],
      );
    } finally {
      await database.close();
    }
  });
});

describe('the embedded database on a disk that is nearly full', () => {
  it('refuses to write, reads on, says so in its health, and writes again once there is space', async () => {
    let freeBytes = 2 ** 30;
    const database = await openEmbeddedDatabase({ dataDir: await copyOfPristine(), readFreeBytes: () => freeBytes });
    const { knex } = database;
    /** Free space is read again after a second, so what is expected comes within that. */
    const untilHealthIs = async (ok: boolean) => {
      const deadline = performance.now() + 5000;
      while ((await database.health()).ok !== ok) {
        assert.ok(performance.now() < deadline, `health does not become ${ok}`);
        await delay(50);
      }
    };
    try {
      await knex.schema.createTable('numbers', (table) => table.integer('number').primary());
      await knex('numbers').insert({ number: 1 });

      freeBytes = 63 * 2 ** 20;
      await untilHealthIs(false);
      const refusedWrites = [
        knex('numbers').insert({ number: 2 }),
        knex('numbers').update({ number: 2 }),
        knex('numbers').del(),
        knex.raw('with gone as (delete from numbers returning number) select * from gone'),
        knex.raw('select 1; delete from numbers'),
        knex.schema.dropTable('numbers'),
      ];
      for (const refused of refusedWrites) {
        await assert.rejects(refused, (error) => hasCode('ERR_DISK_FULL')(error) && databaseUnavailable(error));
      }
      await assert.rejects(
        knex.transaction(async (transaction) => {
          assert.deepEqual(await transaction('numbers').pluck('number'), [1]);
          await transaction('numbers').insert({ number: 2 });
        }),
        hasCode('ERR_DISK_FULL'),
      );
      assert.deepEqual(await knex('numbers').pluck('number'), [1]);
      assert.deepEqual(await database.health(), {
        ok: false,
        reason: 'the disk that holds the embedded database is nearly full',
      });

      freeBytes = 2 ** 30;
      await untilHealthIs(true);
      await knex('numbers').insert({ number: 2 });
      assert.deepEqual(await knex('numbers').orderBy('number').pluck('number'), [1, 2]);
    } finally {
      await database.close();
    }
  });
});

describe('an embedded database that does not answer', () => {
  it('is noticed when calls return without the end of an answer, as with a log that cannot grow', async () => {
    const engine = new PGlite({ dataDir: join(await copyOfPristine(), 'database') });
    let silent = false;
    const pglite = {
      waitReady: engine.waitReady,
      execProtocolStream: async (...call: Parameters<PGlite['execProtocolStream']>) =>
        silent ? [] : engine.execProtocolStream(...call),
    } as unknown as PGlite;
    let watchdog: EmbeddedDatabaseWatchdog | undefined;
    const told = new Promise<string>((resolve) => {
      watchdog = new EmbeddedDatabaseWatchdog({ limitMs: 500, onFatal: resolve });
    });
    const knex = connectEmbedded({ pglite, watchdog });
    await knex.raw('select 1');
    silent = true;
    void knex.raw('select 1').catch(() => {});
    assert.match(await told, /has not answered for 0\.5 s/);
    await watchdog?.stop();
    void knex.destroy(); // waits for that answer for ever
    await engine.close();
  });

  it('ends the process with a reason although its thread is held, and the next process works', async () => {
    const dataDir = await copyOfPristine();
    const hanging = startChild(otherProcess, 'hang', dataDir);
    const { signal, stderr, lines } = await hanging.ended;
    assert.deepEqual(lines, ['open']);
    assert.equal(signal, 'SIGKILL');
    assert.match(stderr, /^The embedded database has not answered for 1 s.*\n$/);

    const database = await openDatabase({ dataDir });
    assert.deepEqual(await database.health(), { ok: true });
    await database.close();
  });
});
