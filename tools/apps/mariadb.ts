import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NamedHosts } from '../stage/named-hosts.ts';
import { mariadbProgram } from './debian-places.ts';

export interface MariadbDatabase {
  readonly socket: string;
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

/** Starts a MariaDB with one empty database. It listens on a socket in the folder only, and ends with the stage. */
export const startMariadb = async (hosts: NamedHosts, folder: string): Promise<MariadbDatabase> => {
  const database = { socket: join(folder, 'db.sock'), name: 'blog', user: 'blog', password: 'blog' };
  const { socket, name, user, password } = database;
  const temporary = join(folder, 'db-temp');
  await mkdir(temporary, { mode: 0o700 });
  const options = join(folder, 'db.cnf');
  const first = join(folder, 'db-first.sql');
  await writeFile(
    first,
    `CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS ${user}@localhost IDENTIFIED BY '${password}';
GRANT ALL ON ${name}.* TO ${user}@localhost;
`,
  );
  // To itself it is root, also where an ordinary user opened the stage: see `enter`. Nothing is worth a wait for the disk.
  await writeFile(
    options,
    `[mariadbd]
user=root
datadir=${join(folder, 'db')}
socket=${socket}
pid-file=${join(folder, 'db.pid')}
tmpdir=${temporary}
skip-networking
performance_schema=off
innodb_log_file_size=8M
innodb_buffer_pool_size=48M
innodb_flush_log_at_trx_commit=0
innodb_flush_method=nosync
`,
  );
  const install = [
    'mariadb-install-db',
    `--defaults-file=${options}`,
    '--skip-test-db',
    '--auth-root-authentication-method=normal',
  ] as const;
  const [command, ...argv] = hosts.entered(...install);
  await promisify(execFile)(command, argv, { env: hosts.environment({}), cwd: folder });
  const server = await hosts.program({
    name: 'MariaDB',
    command: ['sh', '-c', 'exec "$@" 2>&1', 'sh', mariadbProgram, `--defaults-file=${options}`, `--init-file=${first}`],
    env: {},
    readyLine: /ready for connections/,
  });
  await server.start();
  return database;
};
