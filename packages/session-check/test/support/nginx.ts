import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listen, type Listening } from './listen.ts';

/** Debian's nginx, unless `LATCHKEY_TEST_NGINX` names another one. */
const program = process.env['LATCHKEY_TEST_NGINX'] ?? '/usr/sbin/nginx';

/** Why nginx cannot be started here; false when it can. */
export const nginxMissing: string | false =
  !existsSync(program) && 'nginx is missing: install it, or set LATCHKEY_TEST_NGINX';

/** One cache for all visitors, as sites put it in front of an application: cookies make no difference to it. */
const configuration = (folder: string, port: number, originPort: number): string => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  proxy_cache_path ${folder}/cache keys_zone=pages:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${originPort};
      proxy_set_header Host $http_host;
      proxy_cache pages;
      proxy_cache_key $request_method$request_uri;
      proxy_ignore_headers Set-Cookie Vary;
      add_header X-Cache-Status $upstream_cache_status always;
    }
  }
}
`;

/** A real nginx with `proxy_cache` in front of an origin server on this machine. */
export const startNginx = async (originPort: number): Promise<Listening> => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-nginx-'));
  // It cannot take a free port by itself, and the one found may be gone again by the time it starts.
  for (let attempt = 1; ; attempt += 1) {
    const found = await listen(() => {});
    await found.close();
    const { port } = found;
    await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, originPort));
    const child = spawn(program, ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')], {
      stdio: 'inherit',
    });
    const killAtExit = () => child.kill('SIGKILL');
    process.once('exit', killAtExit);
    const ended = once(child, 'exit').finally(() => process.off('exit', killAtExit));
    if (await answers(port, ended)) {
      return {
        port,
        close: async () => {
          child.kill('SIGTERM');
          await ended;
          await rm(folder, { recursive: true, force: true });
        },
      };
    }
    if (attempt === 5) throw new Error('nginx does not start');
  }
};

/** @returns whether something listens on the port before the child has ended */
const answers = async (port: number, ended: Promise<unknown>): Promise<boolean> => {
  let running = true;
  void ended.then(() => {
    running = false;
  });
  while (running) {
    const socket = connect(port, '127.0.0.1');
    const connected = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      ended.then(() => false),
    ]);
    socket.destroy();
    if (connected) return running;
    await pause(20);
  }
  return false;
};
