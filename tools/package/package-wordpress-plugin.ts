import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWordPressPlugin, wordpressPlugin } from './build-wordpress-plugin.ts';

/**
 * Builds the plugin and packs it as WordPress takes it: one folder `latchkey` in a plain .zip.
 * @param folder where it is put
 * @returns the file's path
 */
export const packageWordPressPlugin = (folder: string): string => {
  buildWordPressPlugin();
  const temporary = mkdtempSync(join(tmpdir(), 'latchkey-package-'));
  try {
    cpSync(wordpressPlugin, join(temporary, 'latchkey'), {
      recursive: true,
      filter: (path) => !/\/\.[^/]*$|\.new$|COPIED-FROM\.txt$/.test(path),
    });
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `latchkey-wordpress-${versionOfPlugin()}.zip`);
    rmSync(file, { force: true });
    execFileSync('zip', ['-q', '-r', '-X', file, 'latchkey'], { cwd: temporary });
    return file;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
};

/** As WordPress reads it. */
const versionOfPlugin = (): string => {
  const header = readFileSync(join(wordpressPlugin, 'latchkey.php'), 'utf8');
  const version = /^ \* Version: (\S+)$/m.exec(header)?.[1];
  if (version === undefined) throw new Error('latchkey.php names no version');
  return version;
};
