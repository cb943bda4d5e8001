import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemBundle } from './certificates.ts';
import { mountNamespaceOptions } from './mount-namespace.ts';

/**
 * Makes a command that runs another one, `enter PROGRAM ARGUMENT…`, which alone sees the stage's names at 127.0.0.1 and
 * trusts its authority. It keeps its process id: signals reach the program itself. The program is killed when whoever
 * started it is gone.
 * @returns the command's path
 * @throws where the machine allows no mount namespace
 */
export const makeEnterCommand = async (
  folder: string,
  hosts: readonly string[],
  bundleFile: string,
): Promise<string> => {
  const options = mountNamespaceOptions();
  if (options === undefined) {
    throw new Error('This machine allows no mount namespace, in which the stage has its names (unshare --mount).');
  }
  const hostsFile = join(folder, 'hosts');
  const own = hosts.map((host) => `127.0.0.1 ${host}\n`).join('');
  await writeFile(hostsFile, `${own}${await readFile('/etc/hosts', 'utf8')}`);
  const mounts = [[hostsFile, '/etc/hosts']];
  if (existsSync(systemBundle)) mounts.push([bundleFile, systemBundle]);
  const command = join(folder, 'enter');
  const inside = [
    ...mounts.map(([from, to]) => `mount --bind "${from}" "${to}" || exit 125`),
    'exec setpriv --pdeathsig=KILL "$@"',
  ].join('\n');
  const script = `#!/bin/sh\nexec unshare ${options.join(' ')} sh -c '${inside}' enter "$@"\n`;
  await writeFile(command, script, { mode: 0o700 });
  return command;
};
