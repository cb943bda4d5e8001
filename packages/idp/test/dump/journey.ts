import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { password, redirectUri, type RunningProvider } from '../support/running-provider.ts';
import { allow, begin, goThrough, pageOf, responseOf, submitSignIn } from '../support/steps.ts';
import { authorizationRequest, exchange, type Answer, type AuthorizationRequest } from '../support/user-agent.ts';
import { HeldValues, RecordingAgent } from './recording-agent.ts';

/** Where the browser of the journey is. */
export const browserAddresses = ['203.0.113.77', '2001:db8:7:abcd:1:2:3:4'];

export const emailAddress = 'alice.surname@example.org';

export interface Journey {
  readonly held: HeldValues;
  readonly browser: RecordingAgent;
  readonly client: { readonly client_id: string; readonly client_secret: string };
  /** Codes that were given out and not redeemed. */
  readonly openCodes: readonly { readonly code: string; readonly codeVerifier: string }[];
}

type SigningKey = Parameters<SignJWT['sign']>[0];

type Client = { readonly client_id: string; readonly client_secret?: string };

/** One person's way through everything that leaves rows behind; a sign-out at the end would take most of them away. */
export const makeJourney = async (provider: RunningProvider): Promise<Journey> => {
  const held = new HeldValues();
  const agentAt = (forwardedFor: string | undefined): RecordingAgent =>
    new RecordingAgent(provider, { port: provider.port, ...(forwardedFor && { forwardedFor }) }, held);
  const [browser, server] = [agentAt(browserAddresses[0]), agentAt(browserAddresses[1])];
  held.add('password', password);

  await provider.addAccount('alice', { email: emailAddress, name: 'Alice Surname' });
  const client = await provider.addClient('notes');
  const json = { accept: 'application/json' };
  const redeem = async (
    { client_id: clientId, ...rest }: Client,
    { codeVerifier }: AuthorizationRequest,
    response: URLSearchParams,
    headers: Record<string, string> = {},
    more: Record<string, string> = {},
  ): Promise<Record<string, string>> => {
    const code = response.get('code') ?? assert.fail(response.toString());
    const parameters = {
      code,
      code_verifier: codeVerifier,
      ...(!rest.client_secret && { client_id: clientId }),
      ...more,
    };
    const answer = await exchange(server, { client_id: clientId, ...rest }, parameters, headers);
    assert.equal(answer.status, 200, answer.text);
    return answer.json() as Record<string, string>;
  };
  const readProfile = (token: string | undefined, headers: Record<string, string> = {}): Promise<Answer> =>
    server.ask('/profile', { headers: { ...json, authorization: `Bearer ${token}`, ...headers } });

  // Failed sign-ins: a wrong password, an unknown address, and a password in the wrong field.
  const failing = agentAt(browserAddresses[1]);
  for (const [username, wrong] of [
    ['alice', 'not-the-password-of-alice'],
    ['nobody.known@example.net', 'a-password-of-somebody-else'],
    ['password-in-the-wrong-field', 'another-wrong-password'],
  ] as const) {
    const page = pageOf(await begin(failing, authorizationRequest(client.client_id)));
    await submitSignIn(failing, page, username, wrong);
    held.add('wrong password', wrong);
    if (username !== 'alice') held.add('user name of nobody', username);
  }

  // A trusted client, then a silent sign-in at another one.
  const first = authorizationRequest(client.client_id);
  const tokens = await redeem(client, first, await goThrough(browser, first, 'alice'));
  assert.equal((await readProfile(tokens['access_token'])).status, 200);
  const wiki = await provider.addClient('wiki');
  const silent = authorizationRequest(wiki.client_id, { prompt: 'none' });
  await redeem(wiki, silent, responseOf(await begin(browser, silent)));

  // A public client that asks, with offline access; its refresh token rotates.
  const reader = await provider.addClient('reader', {
    trusted: false,
    tokenEndpointAuthMethod: 'none',
    scope: 'openid profile offline_access',
  });
  const publicReader = { client_id: reader.client_id };
  const consent = authorizationRequest('reader', { scope: 'openid profile offline_access', prompt: 'consent' });
  const offline = await redeem(publicReader, consent, await goThrough(browser, consent, 'alice'));
  const refreshed = await server.ask('/token', {
    form: { grant_type: 'refresh_token', refresh_token: offline['refresh_token'] ?? '', client_id: 'reader' },
    headers: json,
  });
  assert.equal(refreshed.status, 200, refreshed.text);

  // Pushed requests: one that is used and one that is not.
  const basic = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`;
  const push = async (): Promise<{ readonly request: AuthorizationRequest; readonly url: string }> => {
    const request = authorizationRequest(client.client_id, { prompt: 'none' });
    const form = Object.fromEntries(new URL(request.url, provider.issuer).searchParams);
    const pushed = await server.ask('/request', { form, headers: { ...json, authorization: basic } });
    assert.equal(pushed.status, 201, pushed.text);
    const query = new URLSearchParams({
      client_id: client.client_id,
      request_uri: String(pushed.json()['request_uri']),
    });
    return { request, url: `/auth?${query.toString()}` };
  };
  const used = await push();
  await redeem(client, used.request, responseOf(await begin(browser, { ...used.request, url: used.url })));
  await push();

  // A client with a key of its own, whose tokens are bound to another key (DPoP), and an API.
  const api = 'https://api.example.org/';
  await provider.addClient('api', { redirectUris: [], resource: api, resourceScope: 'notes:read', trusted: false });
  const own = await generateKeyPair('ES256', { extractable: true });
  const proofKeys = await generateKeyPair('ES256', { extractable: true });
  for (const { privateKey } of [own, proofKeys]) held.add('private key', (await exportJWK(privateKey)).d);
  await provider.addClient('robot', {
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwks: { keys: [{ ...(await exportJWK(own.publicKey)), alg: 'ES256', use: 'sig' }] },
    dpopBoundAccessTokens: true,
    scope: 'openid profile notes:read',
  });
  const sign = async (claims: Record<string, unknown>, key: SigningKey, header: Record<string, unknown>) => {
    const jti = randomUUID();
    held.add('jti', jti);
    return new SignJWT({ jti, ...claims })
      .setProtectedHeader({ alg: 'ES256', ...header })
      .setIssuedAt()
      .sign(key);
  };
  const proofJwk: JWK = await exportJWK(proofKeys.publicKey);
  const prove = (htm: string, path: string, ath?: string): Promise<string> =>
    sign({ htm, htu: `${provider.issuer}${path}`, ...(ath && { ath }) }, proofKeys.privateKey, {
      typ: 'dpop+jwt',
      jwk: proofJwk,
    });
  held.add('jkt', await calculateJwkThumbprint(proofJwk));
  for (const resource of [undefined, api]) {
    const request = authorizationRequest('robot', { scope: 'openid profile notes:read', resource });
    const assertion = await sign(
      { iss: 'robot', sub: 'robot', aud: provider.issuer, exp: Math.floor(Date.now() / 1000) + 60 },
      own.privateKey,
      {},
    );
    await redeem(
      { client_id: 'robot' },
      request,
      await goThrough(browser, request, 'alice'),
      { dpop: await prove('POST', '/token') },
      {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
        ...(resource && { resource }),
      },
    );
  }

  // What is under way: a sign-in page, a consent page after a sign-in, and codes that nobody redeemed.
  await begin(agentAt(browserAddresses[0]), authorizationRequest(client.client_id, { login_hint: emailAddress }));
  await provider.addClient('asking', { trusted: false });
  const other = agentAt(undefined);
  await submitSignIn(other, pageOf(await begin(other, authorizationRequest('asking'))), 'alice');
  const again = authorizationRequest('asking', { prompt: 'consent' });
  await allow(browser, pageOf(await begin(browser, again)));
  const openCodes = [];
  for (let count = 0; count < 2; count += 1) {
    const request = authorizationRequest(client.client_id, { prompt: 'none', redirect_uri: redirectUri });
    const response = responseOf(await begin(browser, request));
    held.add('code_verifier', request.codeVerifier);
    openCodes.push({ code: response.get('code') ?? '', codeVerifier: request.codeVerifier });
  }
  return { held, browser, client, openCodes };
};
