import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeProtectedHeader } from 'jose';
import { startLogoutReceiver } from '../session/logout-receiver.ts';
import { password, redirectUri } from '../support/running-provider.ts';
import {
  authorizationRequest,
  exchange,
  signIn,
  signInForTokens,
  UserAgent,
  type Tokens,
} from '../support/user-agent.ts';
import { commandsWith, type Run, type RunJson } from './commands-suite.ts';
import type { Settings, Started } from './latchkey-program.ts';

type TestClient = { readonly client_id: string; readonly client_secret: string };

/** Browsers, and commands beside a provider that runs. */
const worldOf = (settings: () => Settings, started: () => Started) => {
  const run: Run = (...command) => commandsWith(settings()).run(...command);
  const json: RunJson = (...command) => commandsWith(settings()).json(...command);

  const browser = (): UserAgent => new UserAgent(started(), { port: started().port });
  const profileStatus = async (accessToken: string): Promise<number> => {
    const headers = { authorization: `Bearer ${accessToken}` };
    return (await browser().ask('/profile', { headers })).status;
  };
  const silently = async (at: UserAgent, clientId: string, more = {}): Promise<URLSearchParams> => {
    const answer = await at.ask(authorizationRequest(clientId, { prompt: 'none', ...more }).url);
    return answer.location?.searchParams ?? assert.fail(`${answer.status} ${answer.text}`);
  };
  const addAccount = (username: string, secret = password): Promise<Record<string, unknown>> =>
    json(['account', 'add', '--username', username, '--email', `${username}@example.org`, '--password-stdin'], secret);
  const addClient = async (id: string, ...more: readonly string[]): Promise<TestClient> => {
    const argv = ['client', 'add', '--id', id, '--name', id, '--redirect-uri', redirectUri, '--trusted', ...more];
    return (await json(argv)) as unknown as TestClient;
  };
  return { run, json, browser, profileStatus, silently, addAccount, addClient };
};

/** What commands end or begin at once in a provider that runs: sessions and signing keys. */
export const describeEffects = (settings: () => Settings, started: () => Started): void => {
  const { run, json, browser, profileStatus, silently, addAccount, addClient } = worldOf(settings, started);

  let agent: UserAgent;
  let before: Tokens;
  let coming: readonly string[];
  let rotatedAt: number;

  it('keys rotate makes keys that are coming', async () => {
    const client = await addClient('shop');
    await addAccount('emily');
    agent = browser();
    before = await signInForTokens(agent, client, {}, 'emily');
    const { keys } = (await json(['keys', 'rotate'])) as { keys: readonly { kid: string; state: string }[] };
    rotatedAt = performance.now();
    coming = keys.filter(({ state }) => state === 'coming').map(({ kid }) => kid);
    assert.equal(coming.length, 2);
  });

  it('account sign-out and account disable end the session: the profile answers 401, the application is told', async () => {
    const receiver = await startLogoutReceiver();
    const { backchannelLogoutUri, privateAddresses } = receiver.registration('blog') as {
      backchannelLogoutUri: string;
      privateAddresses: string[];
    };
    const told = ['--backchannel-logout-uri', backchannelLogoutUri, '--allow-private-address', ...privateAddresses];
    const client = await addClient('blog', ...told);
    const { sub } = await addAccount('carol');

    for (const [count, verb] of ['sign-out', 'disable'].entries()) {
      const carols = browser();
      const { access_token: accessToken } = await signInForTokens(carols, client, {}, 'carol');
      assert.equal(await profileStatus(accessToken), 200);
      const { signed_out: signedOut } = await json(['account', verb, 'carol']);
      assert.deepEqual(signedOut, { sessions: 1, client_ids: ['blog'] });
      assert.equal(await profileStatus(accessToken), 401);
      assert.equal((await silently(carols, 'blog')).get('error'), 'login_required');
      // A command that ran beside the provider has told it before it ended; one that the provider ran may be about to.
      while (receiver.told('blog').length <= count) await delay(10);
      assert.equal(receiver.told('blog')[count]?.sub, sub);
    }
    await assert.rejects(signIn(browser(), authorizationRequest('blog'), 'carol'));
    await run(['account', 'enable', 'carol']);
    assert.equal(await profileStatus((await signInForTokens(browser(), client, {}, 'carol')).access_token), 200);
    await receiver.close();
  });

  it('the rotated keys are published without a restart, and what was signed before still verifies', async () => {
    const kids = async (): Promise<readonly string[]> =>
      ((await browser().ask('/jwks')).json()['keys'] as readonly { kid: string }[]).map(({ kid }) => kid);
    // At once in the process that ran the command; every other process rereads the keys every 30 seconds.
    const deadline = rotatedAt + 35_000;
    let published = await kids();
    while (!coming.every((kid) => published.includes(kid))) {
      assert.ok(performance.now() < deadline, 'the new keys are published within 30 seconds');
      await delay(100);
      published = await kids();
    }
    assert.equal(coming.length, 2);
    assert.ok(published.includes(decodeProtectedHeader(before.id_token).kid ?? ''));
    const silent = await silently(agent, 'shop', { id_token_hint: before.id_token });
    assert.ok(silent.has('code'), silent.toString());
  });
};

/** Which secrets are good at once, in a provider that runs. */
export const describeCredentialEffects = (settings: () => Settings, started: () => Started): void => {
  const { run, json, browser, profileStatus, addAccount, addClient } = worldOf(settings, started);

  it('a password from standard input signs in, and a new one ends what the old one began', async () => {
    const client = await addClient('notes');
    // The line end is not part of it, everything else is.
    await addAccount('betty', ' pässwörd with blanks and a 🔑 \r\n');
    const authorization = authorizationRequest('notes');
    const callback = await signIn(browser(), authorization, 'betty', ' pässwörd with blanks and a 🔑 ');
    const exchanged = await exchange(browser(), client, {
      code: callback.searchParams.get('code') ?? '',
      code_verifier: authorization.codeVerifier,
    });
    const { access_token: accessToken } = exchanged.json() as { access_token: string };
    assert.equal(await profileStatus(accessToken), 200);

    const changed = await run(['account', 'update', 'betty', '--password-stdin'], `${password}\n`);
    assert.match(changed.stdout, /\b1 session ended, signed in to: notes\.$/);
    assert.equal(await profileStatus(accessToken), 401);
    await assert.rejects(signIn(browser(), authorizationRequest('notes'), 'betty', ' pässwörd with blanks and a 🔑 '));
    assert.equal(await profileStatus((await signInForTokens(browser(), client, {}, 'betty')).access_token), 200);
  });

  it('client rotate-secret makes the old secret fail at once, client disable every one', async () => {
    const client = await addClient('forum');
    await addAccount('david');
    const davids = browser();
    await signInForTokens(davids, client, {}, 'david');
    const exchanges = async (secret: string): Promise<readonly unknown[]> => {
      const authorization = authorizationRequest('forum', { prompt: 'none' });
      const callback = (await davids.ask(authorization.url)).location;
      const code = callback?.searchParams.get('code') ?? '';
      const parameters = { code, code_verifier: authorization.codeVerifier };
      const answer = await exchange(browser(), { client_id: 'forum', client_secret: secret }, parameters);
      return [answer.status, answer.json()['error']];
    };
    const { client_secret: secret } = (await json(['client', 'rotate-secret', 'forum'])) as unknown as TestClient;
    assert.deepEqual(await exchanges(client.client_secret), [401, 'invalid_client']);
    assert.deepEqual(await exchanges(secret), [200, undefined]);

    const { access_token: accessToken } = await signInForTokens(davids, { client_id: 'forum', client_secret: secret });
    await run(['client', 'disable', 'forum']);
    assert.equal(await profileStatus(accessToken), 401);
    const refused = await browser().ask(authorizationRequest('forum').url);
    assert.deepEqual([refused.status, refused.location], [400, undefined]);
  });
};
