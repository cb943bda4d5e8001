import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileTranslations } from './compile-translations.ts';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));
const core = join(packages, 'rp-core-php');
const script = join(packages, 'session-check/session-check.min.js');

/** The plugin's folder, as WordPress takes it. */
export const wordpressPlugin = join(packages, 'rp-wordpress/native');

/**
 * Puts into the plugin's folder what is made elsewhere: its copy of rp-core-php, the session check script, the compiled
 * translations. It leaves alone what is as it should be, so that a WordPress that runs on the folder never misses a file.
 */
export const buildWordPressPlugin = (): void => {
  copyCore();
  copyIfOther(script, join(wordpressPlugin, 'assets/session-check.min.js'));
  const languages = join(wordpressPlugin, 'languages');
  for (const name of readdirSync(languages).filter((file) => file.endsWith('.po'))) {
    const compiled = compileTranslations(readFileSync(join(languages, name), 'utf8'));
    writeIfOther(join(languages, name.replace(/\.po$/, '.mo')), compiled);
  }
};

const copyCore = (): void => {
  const target = join(wordpressPlugin, 'src/Core');
  const stamp = join(target, 'COPIED-FROM.txt');
  const state = `${stateOf([join(core, 'src'), join(core, 'build')])}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  const fresh = mkdtempSync(join(wordpressPlugin, 'src/.Core-'));
  const old = mkdtempSync(join(wordpressPlugin, 'src/.Core-'));
  try {
    const copy = join(fresh, 'Core');
    execFileSync('php', [join(core, 'build/copy-into.php'), 'Latchkey\\WordPress\\Core', copy]);
    writeFileSync(join(copy, 'COPIED-FROM.txt'), state);
    if (existsSync(target)) renameSync(target, join(old, 'Core'));
    renameSync(copy, target);
  } catch (error) {
    // Another one built it at the same moment.
    if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== state) throw error;
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
};

/** Changes with every name and text below the folders. */
const stateOf = (folders: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
      if (name.endsWith('.php')) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex');
};

const copyIfOther = (from: string, to: string): void => {
  if (!existsSync(to) || !readFileSync(to).equals(readFileSync(from))) {
    const unfinished = `${to}.${process.pid}.new`;
    copyFileSync(from, unfinished);
    renameSync(unfinished, to);
  }
};

const writeIfOther = (file: string, content: Buffer): void => {
  if (!existsSync(file) || !readFileSync(file).equals(content)) {
    const unfinished = `${file}.${process.pid}.new`;
    writeFileSync(unfinished, content);
    renameSync(unfinished, file);
  }
};
