import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedHosts } from '../stage/named-hosts.ts';
import { phpFpmProgram } from './debian-places.ts';
import { phpSocket } from './php-location.ts';

export interface PhpFpmOptions {
  readonly host: string;
  /** The application's, absolute. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Settings of php.ini that scripts cannot change. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The application's PHP for the web. Ending it ends what it was doing, as a crash would. */
export interface PhpFpm {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** What it said so far. */
  readonly output: () => string;
}

/**
 * A login may have the application ask the provider while the provider calls the application, and people come at once;
 * a worker is made when there is something to do for it.
 */
const workers = 8;

/** A php-fpm with one pool, at the application's socket. It is not started yet. */
export const phpFpm = async (
  hosts: NamedHosts,
  { host, folder, env, settings = {} }: PhpFpmOptions,
): Promise<PhpFpm> => {
  const temporary = join(folder, 'temp');
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const all: Readonly<Record<string, string>> = {
    sys_temp_dir: temporary,
    upload_tmp_dir: temporary,
    'session.save_path': temporary,
    'opcache.revalidate_freq': '0',
    sendmail_path: '/bin/false',
    ...settings,
  };
  // To itself it is root, also where an ordinary user opened the stage: see `enter`.
  const configuration = `[global]
error_log = ${folder}/php-fpm.log
daemonize = no
[${host}]
listen = ${join(hosts.folder.path, phpSocket(host))}
user = root
group = root
pm = ondemand
pm.max_children = ${workers}
pm.process_idle_timeout = 60s
clear_env = no
catch_workers_output = yes
${Object.entries(all)
  .map(([name, value]) => `php_admin_value[${name}] = "${value}"`)
  .join('\n')}
`;
  const file = join(folder, 'php-fpm.conf');
  await writeFile(file, configuration);
  // Workers outlive their master when it is killed; as processes of a namespace of its own they end with it.
  const fpm = ['unshare', '--pid', '--fork', '--kill-child=KILL', phpFpmProgram(), '-R', '-F', '-O', '-y', file];
  const program = await hosts.program({
    name: `PHP of ${host}`,
    command: ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...fpm],
    env,
    readyLine: /ready to handle connections/,
  });
  // `unshare` lets no SIGTERM through; there is nothing that PHP would have to save.
  return { start: () => program.start(), stop: () => program.kill9(), output: () => program.output() };
};
