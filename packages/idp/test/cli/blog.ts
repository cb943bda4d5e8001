import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testIssuer } from './cli-world.ts';

/** A blog as far as `latchkey connect` sees it: a web server on loopback, and a folder with WordPress in it. */
export interface Blog {
  readonly url: string;
  readonly hostAndPort: string;
  readonly folder: string;
  /** Paths that were asked for since the last look. */
  asked(): readonly string[];
  /** How the plugin answers from now on. */
  answer(respond: (request: IncomingMessage, response: ServerResponse) => void): void;
  /** The plugin is active and knows this client; `change` makes it say something else. */
  configure(clientId: string, change?: Readonly<Record<string, unknown>>): void;
  /** Forgets what was written into its folder and what was configured. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function startBlog(): Promise<Blog> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-blog-'));
  let asked: string[] = [];
  const notFound = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html>');
  };
  let respond = notFound;
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    respond(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hostAndPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${hostAndPort}/blog`;
  const reset = async (): Promise<void> => {
    respond = notFound;
    asked = [];
    await rm(join(folder, 'latchkey-config.php'), { force: true });
    for (const name of ['wp-settings.php', 'wp-config.php']) await writeFile(join(folder, name), '<?php');
  };
  await reset();
  return {
    url,
    hostAndPort,
    folder,
    reset,
    asked: () => asked.splice(0),
    answer: (next) => {
      respond = next;
    },
    configure: (clientId, change = {}) => {
      const said = {
        issuer: testIssuer,
        client_id: clientId,
        callback: `${url}/latchkey/callback`,
        ready: true,
        ...change,
      };
      respond = (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'private, no-store' });
        response.end(JSON.stringify(said));
      };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
