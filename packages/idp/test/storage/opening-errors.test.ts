import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DatabaseError } from '../../src/storage/database-error.ts';
import { databaseUnavailable } from '../../src/storage/database-health.ts';

const withCode = (code: string, more: object = {}) => Object.assign(new Error(`select 1 - ${code}`), { code, ...more });

describe('databaseUnavailable', () => {
  const unavailable: [string, unknown][] = [
    ['a refused connection', withCode('ECONNREFUSED', { syscall: 'connect' })],
    ['a refused connection to two addresses', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })],
    ['a connection that was cut', withCode('ECONNRESET')],
    ['the socket of a stopped server', withCode('ENOENT', { syscall: 'connect' })],
    ['a connection exception', withCode('08006')],
    ['a server that was told to stop', withCode('57P01')],
    ['a server that crashed', withCode('57P02')],
    ['a server that starts', withCode('57P03')],
    ['too many connections', withCode('53300')],
    ['a full disk at the server', withCode('53100')],
    ['a full disk under the embedded database', new DatabaseError('ERR_DISK_FULL', 'full')],
    ['no answer at start', new DatabaseError('ERR_DATABASE_UNAVAILABLE', 'gone')],
    ['a connection that ended under a query', new Error('insert into "t" - Connection terminated unexpectedly')],
    [
      'no connection within the time limit',
      new Error(
        'Knex: Timeout acquiring a connection. The pool is probably full. Are you missing a .transacting(trx) call?',
      ),
    ],
    ['no answer within the time limit', new Error('select 1 - Query read timeout')],
    ['the cause of another error', new Error('cannot sign in', { cause: withCode('57P01') })],
  ];
  for (const [what, error] of unavailable)
    it(`recognises ${what}`, () => assert.equal(databaseUnavailable(error), true));

  const other: [string, unknown][] = [
    ['a violated constraint', withCode('23505')],
    ['a syntax error', withCode('42601')],
    ['an exception of a trigger', withCode('P0001')],
    ['a missing file', withCode('ENOENT', { syscall: 'open' })],
    ['a database in use', new DatabaseError('ERR_DATABASE_IN_USE', 'in use')],
    ['a statement that only mentions a timeout', new Error("select 'Query read timeout' - something else")],
    ['a defect', new TypeError('undefined is not a function')],
    ['what is no error', 'ECONNREFUSED'],
    ['nothing', undefined],
  ];
  for (const [what, error] of other)
    it(`does not take for it ${what}`, () => assert.equal(databaseUnavailable(error), false));

  it('ends with causes that go round', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    assert.equal(databaseUnavailable(first), false);
  });
});
