import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { SqliteDatabase } from '../../src/sqlite/sqlite-database.ts';

describe('SqliteDatabase', () => {
  let folder: string;
  let file: string;
  let count = 0;
  const opened: SqliteDatabase[] = [];
  const open = (): SqliteDatabase => {
    const database = new SqliteDatabase(file);
    opened.push(database);
    return database;
  };
  const namesIn = ({ connection }: SqliteDatabase): unknown[] =>
    connection
      .prepare('select name from things order by rowid')
      .all()
      .map(({ name }) => name);
  const insert = ({ connection }: SqliteDatabase, name: string): void => {
    connection.prepare('insert into things values (?)').run(name);
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-sqlite-'));
  });
  beforeEach(() => {
    file = join(folder, `${(count += 1)}.db`);
    open().connection.exec('create table things (name text not null)');
  });
  after(async () => {
    for (const database of opened) database.close();
    await rm(folder, { recursive: true });
  });

  it('keeps what a section did, for other connections too, and gives its result', async () => {
    const database = open();
    const result = await database.exclusively(async () => {
      insert(database, 'a');
      await setImmediate();
      insert(database, 'b');
      return 'result';
    });
    assert.equal(result, 'result');
    assert.deepEqual(namesIn(open()), ['a', 'b']);
  });

  it('keeps nothing of a section that throws, and passes on why', async () => {
    const database = open();
    const failing = database.exclusively(async () => {
      insert(database, 'a');
      await setImmediate();
      throw new Error('half-way');
    });
    await assert.rejects(failing, { message: 'half-way' });
    assert.deepEqual(namesIn(database), []);
  });

  it('keeps nothing of a section whose statement is refused, and goes on with the next', async () => {
    const database = open();
    const failing = database.exclusively(() => {
      insert(database, 'a');
      database.connection.exec('insert into things values (null)');
    });
    await assert.rejects(failing, /NOT NULL/);
    await database.exclusively(() => insert(database, 'b'));
    assert.deepEqual(namesIn(database), ['b']);
  });

  it('passes on why a section failed that was rolled back already', async () => {
    const database = open();
    const failing = database.exclusively(() => {
      database.connection.exec('rollback');
      throw new Error('the disk is full');
    });
    await assert.rejects(failing, { message: 'the disk is full' });
  });

  it('runs sections in the order in which they were asked for, one at a time', async () => {
    const database = open();
    const order: string[] = [];
    const sections = Array.from({ length: 10 }, (_, index) =>
      database.exclusively(async () => {
        order.push(`begin ${index}`);
        await setImmediate();
        order.push(`end ${index}`);
      }),
    );
    await Promise.all(sections);
    assert.deepEqual(order, Array.from({ length: 10 }, (_, index) => [`begin ${index}`, `end ${index}`]).flat());
  });

  it("lets other connections of this process wait without standing in each other's way", async () => {
    const databases = [open(), open(), open()];
    let inside = 0;
    let most = 0;
    const sections = Array.from({ length: 30 }, (_, index) => {
      const database = databases[index % 3] ?? open();
      return database.exclusively(async () => {
        most = Math.max(most, (inside += 1));
        insert(database, String(index));
        await setImmediate();
        inside -= 1;
      });
    });
    await Promise.all(sections);
    assert.equal(most, 1);
    assert.equal(namesIn(open()).length, 30);
  });

  it('shows nothing of an open section to other connections, and lets them read', async () => {
    const [database, other] = [open(), open()];
    await database.exclusively(async () => {
      insert(database, 'a');
      await setImmediate();
      assert.deepEqual(namesIn(other), []);
    });
    assert.deepEqual(namesIn(other), ['a']);
  });

  it('loses nothing between two processes that add up at the same moment', async () => {
    const database = open();
    database.connection.exec('create table sums (sum integer not null); insert into sums values (0)');
    const module = new URL('../../src/sqlite/sqlite-database.ts', import.meta.url).href;
    const script = `
      const { SqliteDatabase } = await import(${JSON.stringify(module)});
      const database = new SqliteDatabase(process.argv[1]);
      for (let round = 0; round < 100; round++) {
        await database.exclusively(async (connection) => {
          const { sum } = connection.prepare('select sum from sums').get();
          await new Promise(setImmediate);
          connection.prepare('update sums set sum = ?').run(sum + 1);
        });
      }`;
    const processes = [1, 2].map(() =>
      spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script, file], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const codes = await Promise.all(processes.map(async (child) => (await once(child, 'exit'))[0] as number));
    assert.deepEqual(codes, [0, 0]);
    assert.equal(database.connection.prepare('select sum from sums').get()?.['sum'], 200);
  });

  it('refuses what breaks a reference', () => {
    const { connection } = open();
    connection.exec('create table a (id integer primary key); create table b (a integer references a)');
    assert.throws(() => connection.exec('insert into b values (7)'), /FOREIGN KEY/);
  });

  it('is for its owner alone, with the files beside it, whatever the umask of the process', async () => {
    const before = process.umask(0);
    try {
      file = join(folder, 'private.db');
      const database = open();
      database.connection.exec('create table things (name text not null)');
      await database.exclusively(() => insert(database, 'a secret'));
      const modes = await Promise.all(
        ['', '-wal', '-shm'].map(async (ending) => (await stat(`${file}${ending}`)).mode & 0o777),
      );
      assert.deepEqual(modes, [0o600, 0o600, 0o600]);
    } finally {
      process.umask(before);
    }
  });

  it('opens a file that is there, and leaves its content and mode to its owner', async () => {
    const database = open();
    await database.exclusively(() => insert(database, 'a'));
    await chmod(file, 0o640);
    assert.deepEqual(namesIn(open()), ['a']);
    assert.equal((await stat(file)).mode & 0o777, 0o640);
  });

  it('makes no file where it is in memory', async () => {
    new SqliteDatabase(':memory:').close();
    await assert.rejects(stat(':memory:'), { code: 'ENOENT' });
  });
});
