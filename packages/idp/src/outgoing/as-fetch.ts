import { outgoingMethods, type OutgoingHttpClient, type OutgoingMethod } from './outgoing-fetch.ts';

/** Statuses that the Fetch standard allows no body with, not even an empty one. */
const nullBodyStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Gives the outgoing client the shape of `fetch`, as the engine's configuration asks for it. Of `init` it takes what
 * the engine uses: `method`, `headers`, `body` (text or form) and `signal`. Redirects are never followed, whatever
 * `redirect` says, and the engine's `dispatcher` has no part in it: the client checks addresses before it connects.
 * @param privateAddresses the `HOST:PORT` exceptions that hold for the request that is being made; asked each time
 * @returns a function that rejects with `OutgoingError`, or with `TypeError` for what it cannot send
 * @see Fetch standard, section 5.4
 */
export function outgoingFetch(client: OutgoingHttpClient, privateAddresses: () => readonly string[]): typeof fetch {
  return async (input, init = {}) => {
    if (input instanceof Request) throw new TypeError('outgoing requests are named by their URL, not by a Request');
    const { status, headers, bytes } = await client.request(input, {
      method: readMethod(init.method),
      headers: readHeaders(init.headers),
      body: readBody(init.body),
      privateAddresses: privateAddresses(),
      signal: init.signal ?? undefined,
    });
    return new Response(nullBodyStatuses.has(status) ? null : bytes, { status, headers });
  };
}

function readMethod(method = 'GET'): OutgoingMethod {
  const found = outgoingMethods.find((known) => known === method.toUpperCase());
  if (found === undefined) throw new TypeError('outgoing requests know no such method');
  return found;
}

function readHeaders(init: RequestInit['headers']): Record<string, string> {
  const headers = new Headers(init);
  // The engine's way of asking for no user agent, which node:http would send as an empty header.
  if (headers.get('user-agent') === '') headers.delete('user-agent');
  return Object.fromEntries(headers);
}

function readBody(body: RequestInit['body']): string | URLSearchParams | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof URLSearchParams) return body;
  throw new TypeError('outgoing requests have a text, a form or no body');
}
