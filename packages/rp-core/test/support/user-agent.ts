import { request as httpRequest } from 'node:http';

/** How a request gets to whom it is for: over loopback, or straight into the thing under test. */
export type Send = (request: Request) => Promise<Response>;

interface KeptCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** What a browser sends when a person opens a page. */
export const navigation = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
} as const;

/**
 * A browser as far as sign-in needs one: it keeps cookies by host, whatever the port, with their paths and in the order in which they
 * were made (RFC 6265, section 5.4), and follows no redirect unless told.
 */
export class UserAgent {
  readonly #send: Send;
  readonly #cookies = new Map<string, Map<string, KeptCookie>>();

  constructor(send: Send = sendOverHttp) {
    this.#send = send;
  }

  async get(url: string, headers: Record<string, string> = navigation): Promise<Response> {
    return this.#request(url, { method: 'GET', headers });
  }

  async post(
    url: string,
    fields: Record<string, string>,
    headers: Record<string, string> = navigation,
  ): Promise<Response> {
    return this.#request(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
  }

  /** Goes on from a redirect until something else comes; `addresses` are those that it came by. */
  async follow(
    from: string,
    response: Response,
  ): Promise<{ readonly response: Response; readonly addresses: readonly string[] }> {
    const addresses = [from];
    let last = response;
    for (let hop = 0; hop < 25; hop++) {
      const location = last.headers.get('location');
      if (last.status < 300 || last.status > 399 || location === null) return { response: last, addresses };
      const next = new URL(location, addresses.at(-1)).href;
      addresses.push(next);
      last = await this.get(next);
    }
    throw new Error(`redirected in circles: ${addresses.join(' ')}`);
  }

  async visit(url: string): Promise<{ readonly response: Response; readonly addresses: readonly string[] }> {
    return this.follow(url, await this.get(url));
  }

  /** The header that goes with a request; null: no cookies. */
  cookieHeader(url: string): string | null {
    const { hostname, pathname } = new URL(url);
    const kept = [...(this.#cookies.get(hostname)?.values() ?? [])].filter(({ path }) => pathMatches(pathname, path));
    const longestPathFirst = kept.toSorted((one, other) => other.path.length - one.path.length);
    return kept.length === 0 ? null : longestPathFirst.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  cookie(url: string, name: string): string | undefined {
    return [...(this.#cookies.get(new URL(url).hostname)?.values() ?? [])].find((kept) => kept.name === name)?.value;
  }

  cookieNames(url: string): string[] {
    return [...(this.#cookies.get(new URL(url).hostname)?.values() ?? [])].map(({ name }) => name);
  }

  /** As if a host had set it; undefined takes it away. */
  setCookie(url: string, name: string, value: string | undefined, path = '/'): void {
    const { hostname } = new URL(url);
    const kept = this.#cookies.get(hostname) ?? new Map<string, KeptCookie>();
    this.#cookies.set(hostname, kept);
    if (value === undefined) kept.delete(`${path} ${name}`);
    else kept.set(`${path} ${name}`, { name, value, path });
  }

  async #request(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookies = this.cookieHeader(url);
    if (cookies !== null) headers.set('cookie', cookies);
    const response = await this.#send(new Request(url, { ...init, headers }));
    for (const line of response.headers.getSetCookie()) this.#keep(url, line);
    return response;
  }

  #keep(url: string, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const equals = pair.indexOf('=');
    const told = new Map(
      attributes.map((attribute) => {
        const [name = '', value = ''] = attribute.split('=');
        return [name.toLowerCase(), value];
      }),
    );
    const { pathname } = new URL(url);
    const path = told.get('path') ?? (pathname.slice(0, pathname.lastIndexOf('/')) || '/');
    const maxAge = told.get('max-age');
    const expires = told.get('expires');
    const isOver =
      maxAge === undefined ? expires !== undefined && Date.parse(expires) <= Date.now() : Number(maxAge) <= 0;
    // Browsers keep nothing that is longer (RFC 6265bis, section 5.6).
    if (pair.length > 4096) return;
    this.setCookie(url, pair.slice(0, equals), isOver ? undefined : pair.slice(equals + 1), path);
  }
}

const pathMatches = (pathname: string, path: string): boolean =>
  pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);

/** Sends a request as it is: the platform's fetch would put its own Sec-Fetch headers over ours. */
export const sendOverHttp: Send = async (request) => {
  const body = Buffer.from(await request.arrayBuffer());
  const { hostname, port, pathname, search } = new URL(request.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        hostname,
        port,
        path: `${pathname}${search}`,
        method: request.method,
        headers: {
          ...Object.fromEntries(request.headers),
          ...(body.length > 0 ? { 'content-length': body.length } : {}),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const headers = new Headers();
          for (const [name, value] of Object.entries(incoming.headersDistinct)) {
            for (const one of value ?? []) headers.append(name, one);
          }
          const status = incoming.statusCode ?? 0;
          resolve(new Response([204, 304].includes(status) ? null : Buffer.concat(chunks), { status, headers }));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
};
