/** A name that is served, and by what. */
export interface SiteConfiguration {
  readonly host: string;
  /** As nginx names them: `127.0.0.1:PORT` or `unix:/path`. Each has its turn. None: `serverDirectives` say it all. */
  readonly upstreams: readonly string[];
  readonly httpDirectives: string;
  readonly serverDirectives: string;
  readonly locationDirectives: string;
}

export interface NginxConfiguration {
  /** Absolute; nginx takes it as its prefix, so that directives may name what is in it by relative paths. */
  readonly folder: string;
  readonly port: number;
  readonly certificate: string;
  readonly certificateKey: string;
  readonly sites: readonly SiteConfiguration[];
}

/** The flag file that, while it is there, has a host or one path of it answered 502. It is looked for at each request. */
export const offFlag = (folder: string, host: string, path = ''): string => `${folder}/off/${host}${path}.off`;

/** What docs/settings.md tells operators to write: the stage proves it. */
const proxyHeaders = `
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`;

export const nginxConfiguration = (configuration: NginxConfiguration): string => {
  const { folder, port, certificate, certificateKey, sites } = configuration;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path "${folder}/temp/${name}";`)
    .join('\n');
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
daemon off;
pid "${folder}/nginx.pid";
error_log stderr notice;
events {}
http {
  include /etc/nginx/mime.types;
  log_format stage escape=json '{"host":"$host","method":"$request_method","target":"$request_uri","status":$status,'
    '"upstream":"$upstream_addr","cache":"$upstream_cache_status","sent":$body_bytes_sent}';
  access_log "${folder}/log/access.log" stage;
${temporary}
  server_names_hash_bucket_size 128;
  client_max_body_size 16m;
  ssl_certificate "${certificate}";
  ssl_certificate_key "${certificateKey}";
  server {
    listen 127.0.0.1:${port} ssl http2 default_server;
    return 421;
  }
${sites.map((site) => siteConfiguration(folder, port, site)).join('')}}
`;
};

const siteConfiguration = (folder: string, port: number, site: SiteConfiguration): string => {
  const { host, upstreams, httpDirectives, serverDirectives, locationDirectives } = site;
  // max_fails=0: a node that was down is asked again at once, not after ten seconds.
  const upstream = `  upstream ${host} {
${upstreams.map((address) => `    server ${address} max_fails=0;`).join('\n')}
  }
`;
  const location = `    location / {
      proxy_pass http://${host};
      proxy_http_version 1.1;${proxyHeaders}
${indented(locationDirectives, 6)}    }
`;
  return `${indented(httpDirectives, 2)}${upstreams.length > 0 ? upstream : ''}  server {
    listen 127.0.0.1:${port} ssl http2;
    server_name ${host};
    if (-f "${offFlag(folder, host)}") { return 502; }
    if (-f "${offFlag(folder, host, '$uri')}") { return 502; }
${indented(serverDirectives, 4)}${upstreams.length > 0 ? location : ''}  }
`;
};

const indented = (directives: string, spaces: number): string =>
  directives
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `${' '.repeat(spaces)}${line.trim()}\n`)
    .join('');
