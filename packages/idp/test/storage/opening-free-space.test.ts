import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { FreeSpace, mayWrite } from '../../src/storage/free-space.ts';

const mebibyte = 2 ** 20;

describe('FreeSpace', () => {
  it('accepts 64 MiB and refuses less', () => {
    new FreeSpace('data', () => 64 * mebibyte).assert();
    assert.throws(() => new FreeSpace('data', () => 64 * mebibyte - 1).assert(), {
      code: 'ERR_DISK_FULL',
      message: 'The disk that holds data is nearly full: 63 MiB are free, 64 MiB are needed.',
    });
  });

  it('asks the system at most once a second', () => {
    let asked = 0;
    const freeSpace = new FreeSpace('data', () => {
      asked += 1;
      return 2 ** 30;
    });
    for (let query = 0; query < 1000; query += 1) freeSpace.assert();
    assert.equal(asked, 1);
  });

  it('reads what the file system of a directory has', () => {
    const freeSpace = new FreeSpace(tmpdir());
    freeSpace.assert(0);
    assert.throws(() => freeSpace.assert(Number.MAX_SAFE_INTEGER), { code: 'ERR_DISK_FULL' });
  });

  it('throws what the system says of a directory that is not there', () => {
    assert.throws(() => new FreeSpace('/not/there').assert(), { code: 'ENOENT' });
  });
});

describe('mayWrite', () => {
  const writes = [
    'insert into t values (1)',
    '  UPDATE t set a = 1',
    '-- select\ndelete from t',
    '/* select */ delete from t',
    'with gone as (delete from t returning a) select * from gone',
    'select * from t for update',
    'select * from t for key share',
    'select 1; drop table t',
    'begin; insert into t values (1); commit',
    'explain analyze select 1',
    'create table t (a text)',
    'truncate t',
    'vacuum',
    '(select 1)',
    '',
  ];
  for (const sql of writes) it(`takes for a write: ${JSON.stringify(sql)}`, () => assert.equal(mayWrite(sql), true));

  const reads = [
    'select "updated_at", "created_at" from "deleted"',
    'SELECT 1;',
    'with recent as (select 1) select * from recent',
    'BEGIN;',
    'COMMIT;',
    'ROLLBACK',
    'SAVEPOINT trx1;',
    'RELEASE SAVEPOINT trx1;',
    'ROLLBACK TO SAVEPOINT trx1',
    'set local statement_timeout = 0',
    'show server_version_num',
  ];
  for (const sql of reads) it(`takes for a read: ${JSON.stringify(sql)}`, () => assert.equal(mayWrite(sql), false));
});
