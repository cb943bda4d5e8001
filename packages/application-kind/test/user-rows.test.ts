import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApplicationKindError, jsonRows, mysqlBatchRows, type UserRow } from '../src/index.ts';

const refusal =
  (says: RegExp) =>
  (error: unknown): boolean =>
    error instanceof ApplicationKindError && error.code === 'ERR_USER_ROWS' && says.test(error.message);

describe('rows from JSON', () => {
  it('are flat objects with texts', () => {
    assert.deepEqual(jsonRows('\ufeff[{"a":"x","b":7,"c":null,"d":["x"],"e":{},"f":true}]'), [
      { a: 'x', b: '7', c: null },
    ]);
    assert.deepEqual(jsonRows('[]'), []);
  });

  for (const text of ['', '{', '{"secret":1}', '"secret"', 'null', '[1]', '[null]', '[["secret"]]']) {
    it(`are not ${JSON.stringify(text)}, which is not repeated`, () => {
      assert.throws(() => jsonRows(text), refusal(/^(?!.*secret).*the export/));
    });
  }

  it('take no name for more than a name', () => {
    const [row] = jsonRows('[{"__proto__":"x"}]');
    assert.equal(Object.getPrototypeOf(row), Object.prototype);
  });
});

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<readonly UserRow[]> {
  const rows: UserRow[] = [];
  for await (const row of mysqlBatchRows(chunks.map((chunk) => Buffer.from(chunk)))) rows.push(row);
  return rows;
}

describe('rows from mysql --batch', () => {
  it('have the names of the first line, and texts without escapes', async () => {
    assert.deepEqual(await read('a\tb\nx\\ty\\\\n\tNULL\n\t\\n\\0\n'), [
      { a: 'x\ty\\n', b: null },
      { a: '', b: '\n\0' },
    ]);
  });

  it('may come in any pieces, in the middle of a character too', async () => {
    const bytes = Buffer.from('name\nGrüße 🔑\nÄ\n');
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    assert.deepEqual(await read(...pieces), [{ name: 'Grüße 🔑' }, { name: 'Ä' }]);
  });

  it('are none in an empty export', async () => {
    assert.deepEqual(await read(), []);
    assert.deepEqual(await read('a\tb\n'), []);
  });

  const wrong: readonly (readonly [string, RegExp, ...(string | Uint8Array)[]])[] = [
    ['a line with fewer columns', /line 3 has 1 columns instead of 2/, 'a\tb\n1\t2\nsecret\n'],
    ['a line with more columns', /line 2 has 3 columns instead of 2/, 'a\tb\n1\t2\tsecret\n'],
    ['a column twice', /two columns have the same name/, 'a\ta\n'],
    ['an end that was cut off', /its last line has no end/, 'a\tb\n1\tsecr'],
    ['another encoding', /it is not UTF-8/, 'a\n', Uint8Array.of(0xe4, 0x0a)],
    ['a character that was cut off', /it is not UTF-8/, 'a\n', Uint8Array.of(0xc3)],
    ['a line without end', /a line has more than/, 'a\n', 'x'.repeat(2 * 1024 * 1024)],
  ];
  for (const [what, says, ...chunks] of wrong) {
    it(`are refused with ${what}, which is not repeated`, async () => {
      await assert.rejects(read(...chunks), refusal(says));
      await assert.rejects(read(...chunks), refusal(/^(?!.*secr)/));
    });
  }
});
