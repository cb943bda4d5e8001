import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { everySection, refusalTable } from './every-section.ts';

const file = new URL('../../../../docs/refusals.md', import.meta.url);

/** Whoever changes a row changes the document too: `UPDATE_DOCS=1 node -C source --test packages/idp/test/refusals/document.test.ts`. */
const update = process.env['UPDATE_DOCS'] === '1';

describe('docs/refusals.md', () => {
  it('has the rows that the tests have, and no others', async () => {
    const written = await readFile(file, 'utf8');
    const table = /^\|.*\n(?:\|.*\n)*/m.exec(written)?.[0] ?? '';
    const current = written.replace(table, () => `${refusalTable()}\n`);
    assert.notEqual(table, '', 'the document has no table');
    if (update) await writeFile(file, current);
    else assert.equal(written, current, 'the document differs from the tests: run this test with UPDATE_DOCS=1');
  });

  it('names no row twice', () => {
    const names = everySection.flatMap(({ where, rows }) => rows.map(({ done }) => `${where} ${done}`));
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });
});
