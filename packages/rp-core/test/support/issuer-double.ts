// A double of an issuer, made from the specifications alone (OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7636,
// RFC 9207), so that a test can have it say what no real one would: it shows how we take its answers, never how a real one answers.
// What a real one does is in plain-provider.test.ts.
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose';
import { serveOnLoopback, type ServedOnLoopback } from './serve-on-loopback.ts';

/** What the double says instead of its proper answer. `hang`: it takes the request and never answers. */
export type Reply =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'cut';

export type Signature = 'proper' | 'none' | 'another key' | 'the client secret';

/** What the issuer vouches for, in one answer to an authorization request. */
export interface Vouched {
  readonly sub: string;
  readonly sid?: string;
  readonly hint?: string;
  /** Claims of the ID token beside, or in place of, the proper ones; undefined takes one away. */
  readonly claims?: Record<string, unknown>;
  readonly signature?: Signature;
  /** Seconds; undefined: the issuer tells none. */
  readonly accessTokenSeconds?: number;
  /** The parameter `iss` of the callback; null: none. */
  readonly iss?: string | null;
}

type Endpoint = 'discovery' | 'jwks' | 'token' | 'profile';

interface Issued extends Vouched {
  readonly nonce: string;
  readonly codeChallenge: string;
  readonly redirectUri: string;
}

interface DoubleKeys {
  readonly proper: CryptoKey;
  readonly another: CryptoKey;
  readonly jwks: object;
}

const paths: Readonly<Record<string, Endpoint>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/jwks': 'jwks',
  '/token': 'token',
  '/profile': 'profile',
};

export class IssuerDouble {
  readonly clientId = 'app';
  readonly clientSecret = 'a-client-secret-of-the-tests';
  /** The claims of `/profile`, by `sub`. */
  readonly people = new Map<string, Record<string, unknown>>();
  /** Whatever else is asked of an endpoint is answered so, until it is deleted. */
  readonly instead: Partial<Record<Endpoint, Reply>> = {};
  /** What is said in place of the proper metadata; undefined takes a member away. */
  metadata: Record<string, unknown> = {};
  /** Called when a code has been exchanged and the answer is about to go out. */
  onExchanged: (() => Promise<void> | void) | undefined;
  readonly profileRequests: { readonly ifNoneMatch: string | undefined }[] = [];
  readonly #asked: Endpoint[] = [];
  readonly #codes = new Map<string, Issued>();
  readonly #bearers = new Map<string, string>();
  readonly #keys: DoubleKeys;
  #served: ServedOnLoopback | undefined;

  private constructor(keys: DoubleKeys) {
    this.#keys = keys;
  }

  static async start(): Promise<IssuerDouble> {
    const [proper, another] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
    const jwk = { ...(await exportJWK(proper.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
    const double = new IssuerDouble({ proper: proper.privateKey, another: another.privateKey, jwks: { keys: [jwk] } });
    double.#served = await serveOnLoopback((request, response) => {
      double.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    return double;
  }

  /** `localhost`, so that its cookies and the application's on 127.0.0.1 are apart. */
  get issuer(): string {
    return `http://localhost:${this.#served?.port ?? 0}`;
  }

  async close(): Promise<void> {
    await this.#served?.close();
  }

  /** How often an endpoint was asked. */
  askedFor(endpoint: Endpoint): number {
    return this.#asked.filter((one) => one === endpoint).length;
  }

  /** What the application receives for its authorization request: the address of its callback, with a code. */
  vouch(authorizationUrl: string, vouched: Vouched): string {
    const { searchParams } = new URL(authorizationUrl);
    const code = randomBytes(16).toString('base64url');
    this.#codes.set(code, {
      ...vouched,
      nonce: searchParams.get('nonce') ?? '',
      codeChallenge: searchParams.get('code_challenge') ?? '',
      redirectUri: searchParams.get('redirect_uri') ?? '',
    });
    return this.#callback(searchParams, { code }, vouched.iss);
  }

  /** The same with an error (RFC 6749, section 4.1.2.1). */
  refuse(authorizationUrl: string, error: string, iss?: string | null): string {
    return this.#callback(new URL(authorizationUrl).searchParams, { error }, iss);
  }

  /** Ends what the bearers of a person are good for. */
  endBearersOf(sub: string): void {
    for (const [bearer, owner] of this.#bearers) if (owner === sub) this.#bearers.delete(bearer);
  }

  /** Signs an access token for an API (RFC 9068), or something that looks like one. */
  async signApiToken(
    claims: JWTPayload,
    { typ = 'at+jwt', signature = 'proper' }: { readonly typ?: string; readonly signature?: Signature } = {},
  ): Promise<string> {
    return this.#sign(claims, signature, typ);
  }

  #callback(searchParams: URLSearchParams, answer: Record<string, string>, iss: string | null | undefined): string {
    const url = new URL(searchParams.get('redirect_uri') ?? '');
    for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
    url.searchParams.set('state', searchParams.get('state') ?? '');
    if (iss !== null) url.searchParams.set('iss', iss ?? this.issuer);
    return url.href;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const endpoint = paths[request.url ?? ''];
    if (endpoint === undefined) return void response.writeHead(404).end();
    this.#asked.push(endpoint);
    if (endpoint === 'profile') this.profileRequests.push({ ifNoneMatch: request.headers['if-none-match'] });
    const reply = this.instead[endpoint] ?? (await this.#properReply(endpoint, request));
    if (reply === 'hang') return;
    if (reply === 'cut') return void response.destroy();
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(reply.body);
  }

  async #properReply(endpoint: Endpoint, request: IncomingMessage): Promise<Reply> {
    switch (endpoint) {
      case 'discovery':
        return json(this.#discovery());
      case 'jwks':
        return json(this.#keys.jwks);
      case 'token':
        return this.#exchange(request);
      case 'profile':
        return this.#profile(request);
    }
  }

  #discovery(): object {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      latchkey_profile_endpoint: `${issuer}/profile`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/end-session`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      authorization_response_iss_parameter_supported: true,
      ...this.metadata,
    };
  }

  async #exchange(request: IncomingMessage): Promise<Reply> {
    const form = new URLSearchParams(await textOf(request));
    // Both are form-encoded before they are joined (RFC 6749, section 2.3.1).
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
    if (id !== this.clientId || secret !== this.clientSecret) return json({ error: 'invalid_client' }, 401);
    const code = form.get('code') ?? '';
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (issued?.codeChallenge !== challenge || form.get('redirect_uri') !== issued.redirectUri) {
      return json({ error: 'invalid_grant' }, 400);
    }
    const bearer = randomBytes(16).toString('base64url');
    this.#bearers.set(bearer, issued.sub);
    const idToken = await this.#idToken(issued);
    await this.onExchanged?.();
    return json({
      access_token: bearer,
      token_type: 'Bearer',
      id_token: idToken,
      ...(issued.accessTokenSeconds === undefined ? {} : { expires_in: issued.accessTokenSeconds }),
    });
  }

  #idToken({ sub, sid, hint, nonce, claims = {}, signature = 'proper' }: Issued): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: this.issuer,
      aud: this.clientId,
      sub,
      nonce,
      iat: now,
      exp: now + 300,
      sid,
      latchkey_hint: hint,
      ...claims,
    };
    return this.#sign(all, signature, 'JWT');
  }

  #sign(claims: Record<string, unknown>, signature: Signature, typ: string): Promise<string> {
    const payload: JWTPayload = JSON.parse(JSON.stringify(claims)) as JWTPayload;
    if (signature === 'none') return Promise.resolve(new UnsecuredJWT(payload).encode());
    const isSymmetric = signature === 'the client secret';
    const key = isSymmetric
      ? new TextEncoder().encode(this.clientSecret.padEnd(32, '-'))
      : this.#keys[signature === 'proper' ? 'proper' : 'another'];
    return new SignJWT(payload)
      .setProtectedHeader({ typ, ...(isSymmetric ? { alg: 'HS256' } : { alg: 'ES256', kid: 'one' }) })
      .sign(key);
  }

  #profile(request: IncomingMessage): Reply {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const sub = this.#bearers.get(bearer);
    if (sub === undefined) {
      return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
    }
    const body = JSON.stringify({ sub, ...this.people.get(sub) });
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 12)}"`;
    if (request.headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
    return { status: 200, headers: { etag }, body };
  }
}

const json = (value: object, status = 200): Reply => ({ status, body: JSON.stringify(value) });

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};
