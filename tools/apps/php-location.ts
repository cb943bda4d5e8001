import { relativeFolder } from './application-folder.ts';

/** What PHP is told of a request, for nginx's `server`. The request's own headers, `Host` with its port, come by themselves. */
export const fastcgiParameters = `
  fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
  fastcgi_param SCRIPT_NAME $fastcgi_script_name;
  fastcgi_param PATH_INFO $fastcgi_path_info;
  fastcgi_param QUERY_STRING $query_string;
  fastcgi_param REQUEST_METHOD $request_method;
  fastcgi_param REQUEST_URI $request_uri;
  fastcgi_param REQUEST_SCHEME $scheme;
  fastcgi_param CONTENT_TYPE $content_type;
  fastcgi_param CONTENT_LENGTH $content_length;
  fastcgi_param DOCUMENT_ROOT $document_root;
  fastcgi_param DOCUMENT_URI $document_uri;
  fastcgi_param SERVER_PROTOCOL $server_protocol;
  fastcgi_param SERVER_SOFTWARE nginx;
  fastcgi_param SERVER_NAME $server_name;
  fastcgi_param SERVER_ADDR $server_addr;
  fastcgi_param SERVER_PORT $server_port;
  fastcgi_param REMOTE_ADDR $remote_addr;
  fastcgi_param REMOTE_PORT $remote_port;
  fastcgi_param GATEWAY_INTERFACE CGI/1.1;
  fastcgi_param HTTPS on;
  fastcgi_param HTTP_PROXY "";
  fastcgi_param REDIRECT_STATUS 200;
  fastcgi_buffers 32 32k;
  fastcgi_buffer_size 64k;`;

/** Where the application's PHP listens, relative to the stage's folder. */
export const phpSocket = (host: string): string => `${relativeFolder(host)}/php.sock`;

/** Passes a request on to the application's PHP, for nginx's `location`. */
export const passToPhp = (host: string): string => `fastcgi_pass unix:${phpSocket(host)};`;
