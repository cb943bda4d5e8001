import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { before, describe, it } from 'node:test';
import { buildWordPressPlugin } from '../../../tools/package/build-wordpress-plugin.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

const run = (command: string, ...commandLine: readonly string[]) =>
  spawnSync(command, commandLine, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

describe('the plugin for WordPress, as far as it needs no WordPress', () => {
  before(() => buildWordPressPlugin());

  it('is written as PSR-12 wants it', () => {
    const { status, stdout, stderr } = run('phpcs', '-q');
    assert.equal(status, 0, stdout + stderr);
  });

  it('finds its addresses, roles and languages', (t) => {
    const { status, stdout, stderr } = run('phpunit');
    assert.equal(status, 0, stdout + stderr);
    const [, count = '0'] = /OK \((\d+) tests/.exec(stdout) ?? [];
    t.diagnostic(`phpunit: ${count} tests`);
    assert.ok(Number(count) > 10, stdout);
  });
});
