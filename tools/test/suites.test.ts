import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { filesOf, suites } from './suites.ts';

const suitesByFile: Readonly<Record<string, string>> = {
  'packages/idp/test/session/ending.test.ts': 'unit',
  'packages/idp/test/storage/accounts.postgresql.test.ts': 'postgresql',
  'packages/idp/test/postgresql/races.test.ts': 'postgresql',
  'packages/idp/test/postgresql/pages.browser.test.ts': 'browser',
  'packages/idp/test/pages/sign-in.browser.test.ts': 'browser',
  'examples/notes/test/notes.test.ts': 'unit',
  'packages/rp-core-php/test/rules.php.test.ts': 'php',
  'test/journeys/three-sites.test.ts': 'browser',
  'test/journeys/apps.test.ts': 'applications',
  'test/journeys/wordpress-sign-in.test.ts': 'applications',
  'test/vectors/vectors.test.ts': 'unit',
  'tools/test/shuffle.test.ts': 'unit',
};

describe('suites', () => {
  let root: string;

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'latchkey-suites-'));
    for (const file of [
      ...Object.keys(suitesByFile),
      'packages/idp/test/support.ts',
      'packages/idp/test/node_modules/other/other.test.ts',
    ]) {
      mkdirSync(join(root, dirname(file)), { recursive: true });
      writeFileSync(join(root, file), '');
    }
  });
  after(() => rmSync(root, { recursive: true }));

  it('take each test file once, by its name', () => {
    const found = suites.flatMap((suite) => filesOf(suite, root).map((file) => [file, suite.name]));
    assert.deepEqual(Object.fromEntries(found), suitesByFile);
    assert.equal(found.length, Object.keys(suitesByFile).length);
  });

  it('are narrowed by a glob, a path or the end of a path', () => {
    const narrow = (only: string): string[] => suites.flatMap((suite) => filesOf(suite, root, only));
    assert.deepEqual(narrow('packages/**/*.browser.test.ts'), [
      'packages/idp/test/pages/sign-in.browser.test.ts',
      'packages/idp/test/postgresql/pages.browser.test.ts',
    ]);
    assert.deepEqual(narrow('test/vectors/vectors.test.ts'), ['test/vectors/vectors.test.ts']);
    assert.deepEqual(narrow('shuffle.test.ts'), ['tools/test/shuffle.test.ts']);
    assert.deepEqual(narrow('le.test.ts'), []);
  });

  it('leave out no test file of this repository', () => {
    const repository = join(import.meta.dirname, '..', '..');
    const all = globSync('{packages,examples,test,tools,docs}/**/*.test.{ts,mts,mjs,js}', {
      cwd: repository,
      exclude: ['**/node_modules/**', '**/native/**'],
    });
    const taken = suites.flatMap((suite) => filesOf(suite, repository));
    assert.deepEqual(taken.toSorted(), all.toSorted());
  });
});
