import type { HostOptions } from '../stage/named-host.ts';
import { relativeFolder } from './application-folder.ts';
import { fastcgiParameters, passToPhp } from './php-location.ts';

export interface WordPressHostOptions {
  /**
   * Puts a shared cache in front, as careless as they come: its key knows no cookies, it does not mind answers that set
   * some, and it keeps for an hour whatever `Cache-Control` does not forbid. `X-Cache` says `HIT` or `MISS`. Default false.
   */
  readonly pageCache?: boolean;
}

/** Of the page cache, relative to the stage's folder. */
export const pageCacheFolder = (host: string): string => `cache-${host}`;

/** Options with which a stage is opened for WordPress at this host: `{ hosts: { [blog]: wordpressHost(blog) } }`. */
export const wordpressHost = (host: string, { pageCache = false }: WordPressHostOptions = {}): HostOptions => {
  const zone = pageCacheFolder(host);
  const cache = `
      fastcgi_cache ${zone};
      fastcgi_cache_key $request_method$request_uri;
      fastcgi_cache_valid 200 301 302 303 307 1h;
      fastcgi_ignore_headers Set-Cookie Vary;
      add_header X-Cache $upstream_cache_status always;`;
  return {
    upstreams: [],
    httpDirectives: pageCache ? `fastcgi_cache_path ${zone} levels=1 keys_zone=${zone}:1m;` : '',
    serverDirectives: `
    root ${relativeFolder(host)}/site;
    index index.php;
    ${fastcgiParameters}
    location / {
      try_files $uri $uri/ /index.php?$args;
    }
    location ~ \\.php$ {
      try_files $uri =404;
      ${passToPhp(host)}${pageCache ? cache : ''}
    }`,
  };
};
