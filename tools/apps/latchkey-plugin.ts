import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Plugin } from './wordpress.ts';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const native = join(packages, 'rp-wordpress/native');

/**
 * Our plugin for WordPress, as `plugins` takes it; none where it is not there. It is made afresh for each WordPress, with
 * the core of this moment in it, as it is when it is packed.
 */
export const latchkeyPlugin = (): readonly Plugin[] =>
  existsSync(join(native, 'latchkey.php')) ? [{ name: 'latchkey', make }] : [];

const make = async (folder: string): Promise<void> => {
  await cp(native, folder, { recursive: true });
  const copyCore = join(packages, 'rp-core-php/build/copy-into.php');
  await promisify(execFile)('php', [copyCore, 'Latchkey\\WordPress\\Core', join(folder, 'src/Core')]);
};
