// A relying party in one file, on a stock library: signs somebody in at the issuer and shows the profile that it read
// with the bearer token. It keeps everything in memory and is for trying out, not for copying into an application.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';

const issuer = new URL(process.env['ISSUER'] ?? 'http://localhost:3000');
const clientId = process.env['CLIENT_ID'] ?? 'notes';
const clientSecret = process.env['CLIENT_SECRET'];
const port = Number(process.env['PORT'] ?? 4000);
const redirectUri = `http://localhost:${port}/callback`;

if (clientSecret === undefined || clientSecret === '') {
  console.error('Set CLIENT_SECRET to the secret that "latchkey client add" printed.');
  process.exit(2);
}

const insecure = issuer.protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : {};
const configuration = await client
  .discovery(issuer, clientId, undefined, client.ClientSecretBasic(clientSecret), insecure)
  .catch((error: unknown) => {
    console.error(`The issuer ${issuer.origin} does not answer: ${error instanceof Error ? error.message : 'unknown'}`);
    process.exit(4);
  });

/** Sign-ins that were begun, by the browser's cookie. */
const begun = new Map<string, { readonly state: string; readonly nonce: string; readonly codeVerifier: string }>();

const begin = async (response: ServerResponse): Promise<void> => {
  const browser = randomBytes(16).toString('hex');
  const codeVerifier = client.randomPKCECodeVerifier();
  const attempt = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier };
  begun.set(browser, attempt);
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  });
  response
    .writeHead(303, { location: url.href, 'set-cookie': `example=${browser}; HttpOnly; SameSite=Lax; Path=/` })
    .end();
};

const finish = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const browser = /\bexample=([0-9a-f]{32})/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  const attempt = begun.get(browser);
  begun.delete(browser);
  if (!attempt) {
    response
      .writeHead(400, { 'content-type': 'text/plain' })
      .end('This sign-in was not begun in this browser. Open / again.\n');
    return;
  }
  const tokens = await client.authorizationCodeGrant(configuration, new URL(request.url ?? '/', redirectUri), {
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    pkceCodeVerifier: attempt.codeVerifier,
  });
  const profile = await fetch(new URL('/profile', issuer), {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  response.writeHead(profile.status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(await profile.json(), undefined, 2)}\n`);
};

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', redirectUri).pathname;
  const answer = path === '/' ? begin(response) : path === '/callback' ? finish(request, response) : undefined;
  if (answer === undefined) {
    response.writeHead(404).end();
    return;
  }
  answer.catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    response.writeHead(500, { 'content-type': 'text/plain' }).end('The sign-in failed; the terminal says why.\n');
  });
});
server.on('error', (error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'EADDRINUSE' ? `Port ${port} is taken; set PORT and register that redirect URI.` : error.message,
  );
  process.exit(3);
});
server.listen(port, '127.0.0.1', () => console.log(`Open http://localhost:${port} in a browser to sign in.`));
