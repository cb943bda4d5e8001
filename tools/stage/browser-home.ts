import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** For Chromium: every `*.test` is this machine, and nothing else is anywhere. */
export const hostResolverRules = 'MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.*';

/**
 * Makes of an empty folder a home in which Chromium trusts the authority, besides those that it trusts anyway.
 * @returns the folder, for `HOME`
 */
export const makeBrowserHome = async (folder: string, authorityFile: string): Promise<string> => {
  const store = join(folder, '.pki/nssdb');
  await mkdir(store, { recursive: true, mode: 0o700 });
  const certutil = (...order: string[]) => promisify(execFile)('certutil', ['-d', `sql:${store}`, ...order]);
  await certutil('-N', '--empty-password');
  await certutil('-A', '-n', 'stage', '-t', 'C,,', '-i', authorityFile);
  return folder;
};
