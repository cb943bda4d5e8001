import { request } from 'node:https';
import type { Answer, Ask } from '../../packages/idp/test/support/user-agent.ts';

/** Asks a host of the stage over TLS as a crawler does: without cookies, and following nothing. */
export type PlainRequest = (url: string | URL, ask?: Ask) => Promise<Answer>;

/** @param authority PEM text of the only authority that is trusted */
export const plainRequestTrusting =
  (authority: string): PlainRequest =>
  (target, { method, headers = {}, form, body } = {}) => {
    const url = new URL(target);
    const content = form === undefined ? body : new URLSearchParams(form).toString();
    return new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        {
          method: method ?? (content === undefined ? 'GET' : 'POST'),
          agent: false,
          ca: authority,
          servername: url.hostname, // whatever `Host` says
          lookup: (_name, { all }, found) =>
            all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4),
          headers: {
            ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const to = response.headers.location;
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              location: to === undefined ? undefined : new URL(to, url),
              url,
              json: () => JSON.parse(text) as Record<string, unknown>,
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(content);
    });
  };
