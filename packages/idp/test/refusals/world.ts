import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { randomUUID } from 'node:crypto';
import { password, startProvider, type ProviderOptions, type RunningProvider } from '../support/running-provider.ts';
import type { TestDatabase } from '../support/test-database.ts';
import {
  authorizationRequest,
  exchange,
  followToClient,
  formOf,
  refreshOf,
  signIn,
  type Answer,
  type AuthorizationRequest,
} from '../support/user-agent.ts';
import { Secrets, WatchedUserAgent } from './secrets.ts';

export interface TestClient {
  readonly client_id: string;
  readonly client_secret?: string;
}

/** An interaction, open in a browser. */
export interface OpenInteraction {
  readonly browser: WatchedUserAgent;
  readonly request: AuthorizationRequest;
  /** Path of the interaction. */
  readonly path: string;
  readonly page: Answer;
  /** The hidden fields of the form. */
  readonly fields: Record<string, string>;
}

export interface Code {
  readonly code: string;
  readonly code_verifier: string;
}

/** The user names are rare words, so that a log which holds one is found out. */
export const person = 'quetzal';
export const otherPerson = 'axolotl';
export const disabledPerson = 'caracara';

/** The address of browsers behind a proxy (RFC 5737). */
export const visitor = '203.0.113.9';

const keyId = 'world-key';

/** A provider with clients of every kind and people, and browsers and programs that ask it. */
export class World {
  readonly provider: RunningProvider;
  readonly database: TestDatabase;
  readonly secrets: Secrets;
  readonly #clients: ReadonlyMap<string, TestClient>;
  /** Of the client `keys`. */
  readonly publicJwk: JWK;
  readonly #privateKey: CryptoKey;
  /** Signs in at its first request for a code, and again when a test ended its session. */
  readonly #standing: WatchedUserAgent;

  private constructor(
    provider: RunningProvider,
    clients: ReadonlyMap<string, TestClient>,
    keys: { publicJwk: JWK; privateKey: CryptoKey },
  ) {
    this.provider = provider;
    this.database = provider.database;
    this.secrets = new Secrets();
    this.#clients = clients;
    this.publicJwk = keys.publicJwk;
    this.#privateKey = keys.privateKey;
    this.#standing = this.browser();
    for (const name of [person, otherPerson, disabledPerson]) {
      this.secrets.note(name, 'user name');
      this.secrets.note(`${name}@example.org`, 'e-mail address');
    }
    this.secrets.note(password, 'password');
    this.secrets.note(visitor, 'address');
    for (const { client_secret: secret } of clients.values()) this.secrets.note(secret, 'client secret');
  }

  /** @param database is not closed by `close` */
  static async open(database: TestDatabase, options?: ProviderOptions): Promise<World> {
    const provider = await startProvider(database, options);
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const publicJwk = { ...(await exportJWK(publicKey)), kid: keyId, alg: 'ES256', use: 'sig' };
    const kinds: Readonly<Record<string, Record<string, unknown>>> = {
      app: { scope: 'openid profile email offline_access' },
      other: {},
      untrusted: { trusted: false },
      public: { trusted: false, tokenEndpointAuthMethod: 'none' },
      keys: { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [publicJwk] } },
      'without-pkce': { pkceRequired: false },
      'pushed-only': { requirePushedAuthorizationRequests: true },
      disabled: {},
      native: {
        trusted: false,
        applicationType: 'native',
        redirectUris: ['http://127.0.0.1/callback'],
        postLogoutRedirectUris: [],
      },
    };
    const clients = new Map<string, TestClient>();
    for (const [name, kind] of Object.entries(kinds)) clients.set(name, await provider.addClient(name, kind));
    await provider.command('client.disable', { clientId: 'disabled' });
    for (const name of [person, otherPerson, disabledPerson]) await provider.addAccount(name);
    await provider.command('account.disable', { account: disabledPerson });
    return new World(provider, clients, { publicJwk, privateKey });
  }

  get issuer(): string {
    return this.provider.issuer;
  }

  client(name: string): TestClient {
    const client = this.#clients.get(name);
    if (client === undefined) throw new Error(`there is no client ${name} in this world`);
    return client;
  }

  /** A browser that was never here. */
  browser(): WatchedUserAgent {
    const via = { port: this.provider.port, forwardedFor: visitor };
    return new WatchedUserAgent(this.issuer, this.secrets, this.issuer.startsWith('https:') ? via : undefined);
  }

  /** A browser in which a person is signed in. */
  async signedIn(username = person): Promise<WatchedUserAgent> {
    const browser = this.browser();
    await signIn(browser, authorizationRequest('app'), username);
    return browser;
  }

  /** Who is signed in in a browser, as its start page says. */
  async whoIsIn(browser: WatchedUserAgent): Promise<string | undefined> {
    const { text } = await browser.ask('/');
    return [person, otherPerson, disabledPerson].find((name) => text.includes(name));
  }

  /** Asks the authorization endpoint; `more` adds, replaces, or (undefined) leaves out parameters. */
  authorize(more: Record<string, string | undefined> = {}, clientId = 'app'): Promise<Answer> {
    return this.browser().ask(authorizationRequest(clientId, more).url);
  }

  /** The same, with parameters that are added as they are, so that they may come twice. */
  authorizeWith(query: string): Promise<Answer> {
    return this.browser().ask(`${authorizationRequest('app').url}&${query}`);
  }

  async beginSignIn(
    browser = this.browser(),
    more: Record<string, string | undefined> = {},
    clientId = 'app',
  ): Promise<OpenInteraction> {
    const request = authorizationRequest(clientId, more);
    const { location } = await browser.ask(request.url);
    if (location?.pathname.startsWith('/interaction/') !== true) throw new Error(`no interaction: ${location?.href}`);
    const answer = await browser.ask(location);
    return { browser, request, path: location.pathname, page: answer, fields: formOf(answer).fields };
  }

  submitSignIn({ browser, path, fields }: OpenInteraction, username = person, given = password): Promise<Answer> {
    return browser.ask(`${path}/sign-in`, { form: { ...fields, username, password: given } });
  }

  /** Signs in; answers where the engine goes on. */
  async finishSignIn(interaction: OpenInteraction, username = person): Promise<string> {
    return refreshOf(await this.submitSignIn(interaction, username));
  }

  /** A code for a trusted client, by default in a browser in which the person is signed in already. */
  async code(client: string, browser = this.#standing, more: Record<string, string | undefined> = {}): Promise<Code> {
    const request = authorizationRequest(client, more);
    return codeOf(request, await signIn(browser, request, person));
  }

  /** A code that yields a refresh token, of the client `app`: the person has to allow it (OIDC Core 1.0, section 11). */
  async offlineCode(browser: WatchedUserAgent): Promise<Code> {
    const asked = { scope: 'openid offline_access', prompt: 'consent' };
    const { path, fields, request } = await this.beginSignIn(browser, asked);
    const allowed = await browser.ask(`${path}/consent`, { form: { ...fields, decision: 'allow' } });
    return codeOf(request, await followToClient(browser, await browser.ask(refreshOf(allowed))));
  }

  /** Exchanges a code as a client; `more` adds, replaces, or (undefined) leaves out parameters. */
  exchange(client: TestClient, code: Partial<Code>, more: Record<string, string | undefined> = {}): Promise<Answer> {
    return exchange(this.browser(), client, { ...code, ...more });
  }

  /** Posts a form as a program does. */
  post(path: string, form: string | Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    return this.browser().ask(path, {
      method: 'POST',
      body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  }

  /** Reads the profile with a token. */
  profile(accessToken: string): Promise<Answer> {
    return this.get('/profile', { authorization: `Bearer ${accessToken}` });
  }

  /** Asks as a program does. */
  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.browser().ask(path, { headers: { accept: 'application/json', ...headers } });
  }

  /** An assertion of the client `keys` (RFC 7523); `claims` adds, replaces, or (undefined) leaves out claims. */
  assertion(claims: JWTPayload = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const standard = { iss: 'keys', sub: 'keys', aud: this.issuer, jti: randomUUID(), iat: now, exp: now + 60 };
    return new SignJWT({ ...standard, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .sign(this.#privateKey);
  }

  async close(): Promise<void> {
    await this.provider.close();
  }
}

const codeOf = (request: AuthorizationRequest, callback: URL): Code => {
  const code = callback.searchParams.get('code');
  if (code === null) throw new Error(`no code: ${callback.href}`);
  return { code, code_verifier: request.codeVerifier };
};

/** An HTTP Basic header for a client (RFC 6749, section 2.3.1). */
export const basic = ({ client_id: id, client_secret: secret = '' }: TestClient): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

/** A JWT with `alg` none (RFC 7515, appendix A.5). */
export const unsigned = (claims: unknown, header: Record<string, unknown> = {}): string =>
  `${[{ alg: 'none', ...header }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

/** What an ID token says. */
export const claimsOf = (jwt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
