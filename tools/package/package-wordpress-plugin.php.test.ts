import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageWordPressPlugin } from './package-wordpress-plugin.ts';

describe('the package of the WordPress plugin', () => {
  it('has everything in one folder, the core and the script too, and loads from there', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-package-test-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = packageWordPressPlugin(folder);
    execFileSync('unzip', ['-q', file, '-d', folder]);
    const files = execFileSync('find', ['latchkey', '-type', 'f'], { cwd: folder, encoding: 'utf8' }).split('\n');
    for (const name of [
      'latchkey.php',
      'uninstall.php',
      'readme.txt',
      'LICENSE',
      'src/Core/RelyingParty.php',
      'src/Core/LICENSE',
      'assets/session-check.min.js',
      'languages/latchkey-fr_FR.mo',
    ]) {
      assert.ok(files.includes(`latchkey/${name}`), name);
    }
    assert.deepEqual(
      files.filter((name) => /\/\.|test|node_modules|\.new$/.test(name)),
      [],
    );
    const load = `require '${folder}/latchkey/src/autoload.php'; echo Latchkey\\WordPress\\Config\\Place::of('https://blog.example.org', '/%postname%/')->url('callback'), class_exists('Latchkey\\WordPress\\Core\\RelyingParty');`;
    assert.equal(
      execFileSync('php', ['-r', load], { encoding: 'utf8' }),
      'https://blog.example.org/latchkey/callback1',
    );
  });
});
