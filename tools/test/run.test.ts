import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const quickFile = 'tools/test/shuffle.test.ts';

/** Runs the program as `npm test -- …` does. */
function run(commandLine: readonly string[], env: NodeJS.ProcessEnv = {}): { status: number | null; lines: string[] } {
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'run.ts'), ...commandLine], {
    encoding: 'utf8',
    env: { ...process.env, CI: '', ...env },
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

describe('npm test', () => {
  it('ends in the counts, after every phase with its seconds and its limit', () => {
    const { status, lines } = run(['--file', quickFile, '--seed', '5']);
    assert.equal(status, 0);
    assert.match(lines.at(-1) ?? '', /^[1-9]\d* passed, 0 failed, 0 skipped$/);
    assert.match(lines.join('\n'), /^unit +\d+\.\d +\d+ {2}[1-9]\d* passed, 0 failed, 0 skipped$/m);
    assert.match(lines.join('\n'), /^whole run +\d+\.\d +4500 {2}seed 5$/m);
  });

  it('fails when no file matches', () => {
    const { status, lines } = run(['--file', 'no-such-file.test.ts']);
    assert.equal(status, 1);
    assert.equal(lines.at(-1), '0 passed, 1 failed, 0 skipped');
  });

  it('leaves a suite out when a need of it is missing, and fails for it in CI', () => {
    const without = { LATCHKEY_TEST_CHROMIUM: '/nowhere/chromium', LATCHKEY_TEST_POSTGRESQL: 'postgres://unused' };
    const here = run(['--only', 'browser'], without);
    assert.match(here.lines.join('\n'), /^browser is left out: chromium is missing/m);
    assert.match(here.lines.at(-1) ?? '', /^0 passed, 0 failed, [1-9]\d* skipped$/);
    assert.equal(here.status, 0);
    assert.equal(run(['--only', 'browser'], { ...without, CI: 'true' }).status, 1);
  });

  it('refuses arguments that it does not know', () => {
    assert.equal(run(['--only', 'units']).status, 2);
  });
});
