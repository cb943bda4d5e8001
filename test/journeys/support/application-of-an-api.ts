// An application on a stock library that reads and writes somebody's notes, with a token for the API of notes. It says each
// token on standard output, so that a test can misuse it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

const origin = setting('ORIGIN');
const api = setting('API');
const configuration = await client.discovery(
  new URL(setting('ISSUER')),
  setting('CLIENT_ID'),
  undefined,
  client.ClientSecretBasic(setting('CLIENT_SECRET')),
);
const attempts = new Map<string, { readonly codeVerifier: string; readonly resource: string | undefined }>();

/** `/begin?scope=…&resource=…`: without a resource the token is the plain one, for the provider's own endpoints. */
const begin = async ({ searchParams }: URL, response: ServerResponse): Promise<void> => {
  const state = client.randomState();
  const codeVerifier = client.randomPKCECodeVerifier();
  const resource = searchParams.get('resource') ?? undefined;
  attempts.set(state, { codeVerifier, resource });
  const location = client.buildAuthorizationUrl(configuration, {
    redirect_uri: `${origin}/callback`,
    scope: searchParams.get('scope') ?? 'openid',
    state,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(resource === undefined ? {} : { resource }),
  });
  response.writeHead(303, { location: location.href }).end();
};

/** Shows what the API answers to the token. */
const callback = async (url: URL, response: ServerResponse): Promise<void> => {
  const state = url.searchParams.get('state') ?? '';
  const { codeVerifier = '', resource } = attempts.get(state) ?? {};
  attempts.delete(state);
  const tokens = await client.authorizationCodeGrant(
    configuration,
    url,
    { expectedState: state, pkceCodeVerifier: codeVerifier },
    resource === undefined ? {} : { resource },
  );
  console.log(`token ${tokens.access_token}`);
  const answer = await fetch(`${api}/notes`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  response
    .writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    .end(`${answer.status} ${await answer.text()}`);
};

const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', origin);
  if (url.pathname === '/begin') return begin(url, response);
  if (url.pathname === '/callback') return callback(url, response);
  response.writeHead(404).end();
};

const server = createServer((request, response) => {
  route(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500, { 'content-type': 'text/plain' }).end('error');
  });
});
server.listen(Number(setting('PORT')), '127.0.0.1', () => console.log('ready'));
