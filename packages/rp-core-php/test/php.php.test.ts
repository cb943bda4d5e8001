import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';

const folder = fileURLToPath(new URL('..', import.meta.url));

const run = (command: string, ...commandLine: readonly string[]) =>
  spawnSync(command, commandLine, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

describe('the rules of a relying party in PHP', () => {
  it('are PHP', () => {
    const files = globSync('{src,test,build}/**/*.php', { cwd: folder });
    assert.ok(files.length > 100);
    const { status, stdout, stderr } = run('php', '-r', lint, '--', ...files);
    assert.equal(status, 0, stdout + stderr);
  });

  it('are written as PSR-12 wants it', () => {
    const { status, stdout, stderr } = run('phpcs', '-q');
    assert.equal(status, 0, stdout + stderr);
  });

  it('keep the same cases as the TypeScript ones', (t) => {
    const { status, stdout, stderr } = run('phpunit');
    assert.equal(status, 0, stdout + stderr);
    const [, count = '0'] = /OK \((\d+) tests/.exec(stdout) ?? [];
    t.diagnostic(`phpunit: ${count} tests`);
    assert.ok(Number(count) > 1000, stdout);
  });
});

/** `php -l` takes one file; the same look at all of them in one process, which runs none of them. */
const lint = `foreach (array_slice($argv, 1) as $file) {
  try { token_get_all(file_get_contents($file), TOKEN_PARSE); }
  catch (ParseError $e) { echo "$file: {$e->getMessage()} in line {$e->getLine()}\\n"; $bad = true; }
}
exit(isset($bad) ? 1 : 0);`;
