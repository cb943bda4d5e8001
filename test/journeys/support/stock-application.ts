// An application on a stock library, as a process behind nginx: what the stage is tried with. It says on standard output
// what comes through the back channel. It does not verify that, and therefore ends nothing because of it.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

const origin = setting('ORIGIN');
const cookieName = '__Host-stock';

interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

const configuration = await client.discovery(
  new URL(setting('ISSUER')),
  setting('CLIENT_ID'),
  undefined,
  client.ClientSecretBasic(setting('CLIENT_SECRET')),
);
/** By the browser's cookie. */
const attempts = new Map<string, Attempt>();
const names = new Map<string, string>();

const browserOf = (request: IncomingMessage): string =>
  new RegExp(`(?:^|; )${cookieName}=([0-9a-f]{32})`).exec(request.headers.cookie ?? '')?.[1] ?? '';

const page = (response: ServerResponse, text: string): void => {
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(`<!doctype html><html lang="en"><title>Stock</title><p id="text">${text.replaceAll('<', '&lt;')}</p></html>`);
};

const begin = async (response: ServerResponse): Promise<void> => {
  const browser = randomBytes(16).toString('hex');
  const attempt: Attempt = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    codeVerifier: client.randomPKCECodeVerifier(),
  };
  attempts.set(browser, attempt);
  const location = client.buildAuthorizationUrl(configuration, {
    redirect_uri: `${origin}/callback`,
    scope: 'openid profile',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(attempt.codeVerifier),
    code_challenge_method: 'S256',
  });
  const cookie = `${cookieName}=${browser}; Path=/; Secure; HttpOnly; SameSite=Lax`;
  response.writeHead(303, { location: location.href, 'set-cookie': cookie }).end();
};

const callback = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const browser = browserOf(request);
  const attempt = attempts.get(browser);
  attempts.delete(browser);
  if (attempt === undefined) throw new Error('a callback without its attempt');
  const tokens = await client.authorizationCodeGrant(configuration, new URL(request.url ?? '/', origin), {
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    pkceCodeVerifier: attempt.codeVerifier,
  });
  const profile = await client.fetchUserInfo(configuration, tokens.access_token, tokens.claims()?.sub ?? '');
  names.set(browser, String(profile.name));
  response.writeHead(303, { location: '/' }).end();
};

const backchannelLogout = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const token = new URLSearchParams(Buffer.concat(chunks).toString('utf8')).get('logout_token') ?? '';
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  console.log(`came through the back channel, to ${request.headers.host}: ${claims}`);
  response.writeHead(200, { 'cache-control': 'no-store' }).end();
};

const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname } = new URL(request.url ?? '/', origin);
  if (pathname === '/begin') return begin(response);
  if (pathname === '/callback') return callback(request, response);
  if (pathname === '/backchannel-logout' && request.method === 'POST') return backchannelLogout(request, response);
  const name = names.get(browserOf(request));
  return page(response, name === undefined ? 'Nobody is signed in here' : `Hello ${name}`);
};

const server = createServer((request, response) => {
  route(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500, { 'content-type': 'text/plain' }).end('error');
  });
});
server.listen(Number(setting('PORT')), '127.0.0.1', () => console.log('ready'));
