import type { HostOptions } from '../stage/named-host.ts';
import { relativeFolder } from './application-folder.ts';
import { mediawikiPrograms } from './debian-places.ts';
import { fastcgiParameters, passToPhp } from './php-location.ts';

/** Options with which a stage is opened for MediaWiki at this host: `{ hosts: { [wiki]: mediawikiHost(wiki) } }`. */
export const mediawikiHost = (host: string): HostOptions => ({
  upstreams: [],
  serverDirectives: `
    root ${mediawikiPrograms};
    ${fastcgiParameters}
    location = / {
      return 301 $scheme://$http_host/wiki/Main_Page;
    }
    location /wiki/ {
      rewrite ^ /index.php last;
    }
    location /images/ {
      alias ${relativeFolder(host)}/images/;
    }
    location ~ ^/(resources|skins)/.*\\.(css|js|png|svg|gif)$ {
    }
    location ~ ^/(index|api|load|rest)\\.php(/|$) {
      fastcgi_split_path_info ^(/[a-z]+\\.php)(/.*)?$;
      ${passToPhp(host)}
    }
    location / {
      return 404;
    }`,
});
