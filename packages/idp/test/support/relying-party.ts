import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import * as client from 'openid-client';
import type { RunningProvider } from './running-provider.ts';

interface LocalSession {
  readonly sub: string;
  readonly sid: string;
  readonly idToken: string;
  readonly accessToken: string;
}

interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** An application on a stock library (openid-client), with a real HTTP server on an origin of its own. */
export interface RelyingParty {
  readonly origin: string;
  /** Logout tokens that came and were good, with their claims. */
  readonly logoutTokens: readonly JWTPayload[];
  /** Resolves once so many logout tokens came. */
  logoutTokensCame(count: number): Promise<void>;
  readonly close: () => Promise<void>;
}

export interface RelyingPartyOptions {
  /** More for the client's registration. */
  readonly registration?: Record<string, unknown>;
  /** More for the authorization request. */
  readonly parameters?: Record<string, string>;
  /** Where the application sends the browser after its callback; its own start page unless told. */
  readonly landing?: string;
}

/**
 * Registers a client and runs it. Pages: `/` (who is signed in here), `/begin`, `/silent`, `/callback`, `/sign-out`,
 * `/signed-out`; `POST /backchannel` takes logout tokens.
 */
export const startRelyingParty = async (
  provider: RunningProvider,
  clientId: string,
  { registration = {}, parameters = {}, landing = '/' }: RelyingPartyOptions = {},
): Promise<RelyingParty> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const registered = await provider.addClient(clientId, {
    redirectUris: [`${origin}/callback`],
    postLogoutRedirectUris: [`${origin}/signed-out`],
    backchannelLogoutUri: `${origin}/backchannel`,
    privateAddresses: [`127.0.0.1:${port}`],
    ...registration,
  });
  const configuration = await client.discovery(
    new URL(provider.issuer),
    clientId,
    undefined,
    client.ClientSecretBasic(registered.client_secret),
    { execute: [client.allowInsecureRequests] },
  );
  const keys = createRemoteJWKSet(new URL(`${provider.issuer}/jwks`));
  const sessions = new Map<string, LocalSession>();
  const attempts = new Map<string, Attempt>();
  const logoutTokens: JWTPayload[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const cookieName = `rp-${clientId}`;

  const browserOf = (request: IncomingMessage): string =>
    new RegExp(`\\b${cookieName}=([0-9a-f]+)`).exec(request.headers.cookie ?? '')?.[1] ?? '';

  const begin = async (request: IncomingMessage, response: ServerResponse, silent: boolean): Promise<void> => {
    const browser = browserOf(request) || randomBytes(16).toString('hex');
    const attempt: Attempt = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      codeVerifier: client.randomPKCECodeVerifier(),
    };
    attempts.set(`${browser} ${attempt.state}`, attempt);
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: `${origin}/callback`,
      scope: 'openid profile email',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(attempt.codeVerifier),
      code_challenge_method: 'S256',
      ...(silent ? { prompt: 'none' } : {}),
      ...parameters,
    });
    response.writeHead(303, { location: url.href, 'set-cookie': `${cookieName}=${browser}; Path=/; HttpOnly` }).end();
  };

  const callback = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const browser = browserOf(request);
    const url = new URL(request.url ?? '/', origin);
    const attempt = attempts.get(`${browser} ${url.searchParams.get('state') ?? ''}`);
    if (!attempt) throw new Error('a callback without its attempt');
    attempts.delete(`${browser} ${attempt.state}`);
    if (url.searchParams.has('error')) {
      sessions.delete(browser);
      page(response, `Not signed in: ${url.searchParams.get('error') ?? ''}`);
      return;
    }
    const tokens = await client.authorizationCodeGrant(configuration, url, {
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.codeVerifier,
    });
    const claims = tokens.claims();
    if (!claims) throw new Error('no ID token');
    const { sub, sid } = claims;
    sessions.set(browser, {
      sub,
      sid: typeof sid === 'string' ? sid : '',
      idToken: tokens.id_token ?? '',
      accessToken: tokens.access_token,
    });
    response.writeHead(303, { location: landing }).end();
  };

  const home = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const session = sessions.get(browserOf(request));
    if (!session) {
      page(response, 'Nobody is signed in here');
      return;
    }
    const profile = await client.fetchUserInfo(configuration, session.accessToken, session.sub);
    page(
      response,
      `Hello ${profile.name ?? ''} (${profile.preferred_username ?? ''}), ${profile.email ?? 'no address'}`,
    );
  };

  const signOut = (request: IncomingMessage, response: ServerResponse): void => {
    const session = sessions.get(browserOf(request));
    const url = client.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: `${origin}/signed-out`,
      state: 'back',
      ...(session ? { id_token_hint: session.idToken } : {}),
    });
    sessions.delete(browserOf(request));
    response.writeHead(303, { location: url.href }).end();
  };

  const backchannel = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const token = new URLSearchParams(Buffer.concat(chunks).toString('utf8')).get('logout_token') ?? '';
    const { payload } = await jwtVerify(token, keys, {
      issuer: provider.issuer,
      audience: clientId,
      typ: 'logout+jwt',
    });
    for (const [browser, session] of sessions) if (session.sid === payload['sid']) sessions.delete(browser);
    logoutTokens.push(payload);
    for (const { count, resolve } of waiting) if (logoutTokens.length >= count) resolve();
    waiting = waiting.filter(({ count }) => logoutTokens.length < count);
    response.writeHead(200, { 'cache-control': 'no-store' }).end();
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', origin);
    if (pathname === '/') return home(request, response);
    if (pathname === '/begin') return begin(request, response, false);
    if (pathname === '/silent') return begin(request, response, true);
    if (pathname === '/callback') return callback(request, response);
    if (pathname === '/sign-out') return signOut(request, response);
    if (pathname === '/signed-out') return page(response, 'Signed out of the application');
    if (pathname === '/backchannel' && request.method === 'POST') return backchannel(request, response);
    response.writeHead(404).end();
    return undefined;
  };

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      response
        .writeHead(500, { 'content-type': 'text/plain' })
        .end(error instanceof Error ? `${error.name} ${error.message}` : 'error');
    });
  });

  return {
    origin,
    logoutTokens,
    logoutTokensCame: (count) =>
      new Promise((resolve, reject) => {
        if (logoutTokens.length >= count) resolve();
        const timer = setTimeout(
          () => reject(new Error(`${logoutTokens.length} of ${count} logout tokens came`)),
          10_000,
        );
        timer.unref();
        waiting.push({ count, resolve });
      }),
    close: () => closed(server),
  };
};

const page = (response: ServerResponse, text: string): void => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(
    `<!doctype html><html lang="en"><title>Application</title><p id="text">${text.replaceAll('<', '&lt;')}</p></html>`,
  );
};

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
