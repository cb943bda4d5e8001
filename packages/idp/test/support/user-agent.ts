import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { password as defaultPassword, redirectUri, type RunningProvider } from './running-provider.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Where it sends the browser, absolute. */
  readonly location: URL | undefined;
  readonly url: URL;
  json(): Record<string, unknown>;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly form?: Record<string, string>;
  readonly body?: string;
}

/** A way to an issuer that is not where the provider listens: as a proxy in front of it would pass requests on. */
export interface Via {
  /** On 127.0.0.1. */
  readonly port: number;
  /** The browser's address, as the proxy tells it. */
  readonly forwardedFor?: string;
}

/** A browser without a screen: keeps cookies by name and path as browsers do, follows nothing by itself. */
export class UserAgent {
  readonly origin: string;
  readonly via: Via | undefined;
  readonly cookies = new Map<string, { readonly value: string; readonly path: string }>();

  constructor(provider: Pick<RunningProvider, 'issuer'>, via?: Via) {
    this.origin = provider.issuer;
    this.via = via;
  }

  /** Another browser, in the same place. */
  another(): UserAgent {
    return new UserAgent({ issuer: this.origin }, this.via);
  }

  cookieHeader(path: string): string {
    return [...this.cookies]
      .filter(([, cookie]) => path === cookie.path || path.startsWith(cookie.path === '/' ? '/' : `${cookie.path}/`))
      .map(([key, cookie]) => `${key.split(' ')[0]}=${cookie.value}`)
      .join('; ');
  }

  /** The value of a cookie, whatever its path. */
  cookie(name: string): string | undefined {
    return [...this.cookies].find(([key]) => key.startsWith(`${name} `))?.[1].value;
  }

  async ask(target: string | URL, { method, headers = {}, form, body }: Ask = {}): Promise<Answer> {
    const url = new URL(target, this.origin);
    const content = form === undefined ? body : new URLSearchParams(form).toString();
    const cookie = this.cookieHeader(url.pathname);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        this.via === undefined ? url : `http://127.0.0.1:${this.via.port}${url.pathname}${url.search}`,
        {
          method: method ?? (content === undefined ? 'GET' : 'POST'),
          agent: false,
          headers: {
            ...(this.via && proxyHeaders(this.via, url)),
            accept: 'text/html',
            ...(cookie === '' ? {} : { cookie }),
            ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            for (const line of response.headers['set-cookie'] ?? []) this.#keep(line);
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
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const attribute = (wanted: string): string | undefined =>
      attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const path = attribute('path') ?? '/';
    const expires = attribute('expires');
    const key = `${name} ${path}`;
    if (value === '' || (expires !== undefined && new Date(expires).getTime() <= Date.now())) this.cookies.delete(key);
    else this.cookies.set(key, { value, path });
  }
}

const proxyHeaders = ({ forwardedFor }: Via, { host, protocol }: URL): Record<string, string> => ({
  host,
  'x-forwarded-proto': protocol.slice(0, -1),
  ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }),
});

/** The action and the hidden fields of the page's form whose action ends with `actionEnd`. */
export const formOf = (page: Answer, actionEnd = ''): { action: string; fields: Record<string, string> } => {
  for (const [, attributes, content] of page.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)) {
    const action = unescape(/\baction="([^"]*)"/.exec(attributes ?? '')?.[1] ?? '');
    if (!action.endsWith(actionEnd)) continue;
    const fields: Record<string, string> = {};
    for (const [input] of (content ?? '').matchAll(/<input\b[^>]*>/g)) {
      if (!/\btype="hidden"/.test(input)) continue;
      fields[unescape(/\bname="([^"]*)"/.exec(input)?.[1] ?? '')] = unescape(
        /\bvalue="([^"]*)"/.exec(input)?.[1] ?? '',
      );
    }
    return { action, fields };
  }
  throw new Error(`no form with an action ending in "${actionEnd}" in:\n${page.text}`);
};

/** Where a page goes on by itself. */
export const refreshOf = (page: Answer): string => {
  const found = /<meta http-equiv="refresh" content="0;url=([^"]*)">/.exec(page.text)?.[1];
  if (found === undefined) throw new Error(`status ${page.status}, no refresh in:\n${page.text}`);
  return unescape(found);
};

const unescape = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

export interface AuthorizationRequest {
  readonly url: string;
  readonly codeVerifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** An authorization request with PKCE, state and nonce; `more` adds, replaces, or (undefined) leaves out. */
export const authorizationRequest = (
  clientId: string,
  more: Record<string, string | undefined> = {},
): AuthorizationRequest => {
  const codeVerifier = randomBytes(32).toString('base64url');
  const parameters: Record<string, string | undefined> = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    state: randomBytes(12).toString('base64url'),
    nonce: randomBytes(12).toString('base64url'),
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  return {
    url: `/auth?${query.toString()}`,
    codeVerifier,
    state: parameters['state'] ?? '',
    nonce: parameters['nonce'] ?? '',
  };
};

/** Signs in on the sign-in page that the request leads to; answers where the browser is sent in the end. */
export const signIn = async (
  agent: UserAgent,
  authorization: AuthorizationRequest,
  username = 'alice',
  password = defaultPassword,
): Promise<URL> => {
  const started = await agent.ask(authorization.url);
  if (started.location === undefined) throw new Error(`no redirect: ${started.status}\n${started.text}`);
  if (started.location.origin !== agent.origin) return started.location;
  const page = await agent.ask(started.location);
  const { action, fields } = formOf(page, '/sign-in');
  const signedIn = await agent.ask(action, { form: { ...fields, username, password } });
  return followToClient(agent, await agent.ask(refreshOf(signedIn)));
};

/** Follows redirects within the issuer; answers the first that leaves it. */
export const followToClient = async (agent: UserAgent, answer: Answer): Promise<URL> => {
  let current = answer;
  for (let hops = 0; hops < 10; hops += 1) {
    if (current.location === undefined) throw new Error(`no redirect: ${current.status}\n${current.text}`);
    if (current.location.origin !== agent.origin) return current.location;
    current = await agent.ask(current.location);
  }
  throw new Error('too many redirects');
};

/** Exchanges a code; the client authenticates with client_secret_basic unless `more` says otherwise. */
export const exchange = (
  agent: UserAgent,
  client: { readonly client_id: string; readonly client_secret?: string },
  parameters: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const form = Object.fromEntries(
    Object.entries({ grant_type: 'authorization_code', redirect_uri: redirectUri, ...parameters }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  return agent.ask('/token', {
    form,
    headers: {
      accept: 'application/json',
      ...(client.client_secret === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}` }),
      ...headers,
    },
  });
};

export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token?: string;
  readonly expires_in: number;
  readonly scope: string;
}

/** Signs in and exchanges the code: the tokens of a new sign-in. */
export const signInForTokens = async (
  agent: UserAgent,
  client: { readonly client_id: string; readonly client_secret?: string },
  more: Record<string, string | undefined> = {},
  username = 'alice',
): Promise<Tokens> => {
  const authorization = authorizationRequest(client.client_id, more);
  const callback = await signIn(agent, authorization, username);
  const code = callback.searchParams.get('code');
  if (code === null) throw new Error(`no code: ${callback.href}`);
  const answer = await exchange(agent.another(), client, {
    code,
    code_verifier: authorization.codeVerifier,
    ...(client.client_secret === undefined ? { client_id: client.client_id } : {}),
  });
  if (answer.status !== 200) throw new Error(`the exchange failed: ${answer.status} ${answer.text}`);
  return answer.json() as unknown as Tokens;
};
