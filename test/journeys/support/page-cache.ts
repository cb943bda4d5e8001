import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostOptions } from '../../../tools/stage/named-host.ts';
import { notes, type Stage } from '../../../tools/stage/stage.ts';

/**
 * Options for notes behind a shared cache as careless as they come: its key knows no cookies, and a front page is kept for
 * an hour for whoever comes. Otherwise it does what the application's `Cache-Control` says.
 */
export const behindPageCache: HostOptions = {
  httpDirectives: 'proxy_cache_path cache levels=1 keys_zone=pages:1m;',
  locationDirectives: `proxy_cache pages;
    proxy_cache_key $request_uri;`,
  serverDirectives: `location = / {
    proxy_pass http://${notes};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_cache pages;
    proxy_cache_key $request_uri;
    proxy_ignore_headers Cache-Control Expires;
    proxy_cache_valid 200 1h;
  }`,
};

/** Everything that the cache has on disk: nginx writes `KEY: …`, the headers and the body of each answer. */
export const cachedAnswers = async ({ folder }: Pick<Stage, 'folder'>): Promise<readonly string[]> => {
  const entries = await readdir(join(folder.path, 'cache'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')));
};
