import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nginxConfiguration, type NginxConfiguration } from './nginx-configuration.ts';

/** A running nginx, which ends TLS for every name of the stage. */
export interface Nginx {
  /** What it said of itself and of its upstreams so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Debian keeps it out of an ordinary user's PATH. */
const program = (): string =>
  process.env['LATCHKEY_TEST_NGINX'] ?? (existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx');

/** Starts nginx and waits until it takes requests. @throws with its own words when it does not */
export const startNginx = async (configuration: NginxConfiguration): Promise<Nginx> => {
  const { folder } = configuration;
  const file = join(folder, 'nginx.conf');
  await writeFile(file, nginxConfiguration(configuration));
  // The kernel tells it to end when this process is gone, in whatever way; then it ends its workers too.
  const order = ['--pdeathsig=TERM', program(), '-e', 'stderr', '-p', folder, '-c', file];
  // In the folder, so that `unix:` may name a socket in it by a relative path, as other directives do by the prefix.
  const child = spawn('setpriv', order, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const endAtExit = (): void => void child.kill('SIGTERM');
  process.once('exit', endAtExit);
  const ended = once(child, 'close').finally(() => process.off('exit', endAtExit));
  const lines: string[] = [];
  const output = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    output.on('line', (line) => {
      lines.push(line);
      if (line.includes('start worker process ')) resolve();
    });
    ended.then(() => reject(new Error(`nginx does not start: ${lines.join(' | ')}`)), reject);
  });
  return {
    log: () => lines.join('\n'),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
};
