import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startLogoutReceiver } from '../session/logout-receiver.ts';
import { SessionWorld, type Person, type TestClient } from '../session/session-world.ts';
import { startChildIn } from '../support/child-process.ts';
import { startProvider } from '../support/running-provider.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { authorizationRequest, exchange, signIn, UserAgent, type Tokens } from '../support/user-agent.ts';

const busyProcess = new URL('./busy-process.ts', import.meta.url);

/** What was acknowledged to a browser or client before the process was killed. */
interface Acknowledged {
  readonly codes: { readonly agent: UserAgent; readonly codeVerifier: string; readonly code: string }[];
  readonly tokens: {
    readonly agent: UserAgent;
    readonly tokens: Tokens;
    readonly codeVerifier: string;
    readonly code: string;
  }[];
  readonly signedOut: Tokens[];
}

describe('kill -9 of a process under load', () => {
  let world: SessionWorld;
  let person: Person;
  let client: TestClient;
  let SECRET_KEY: string;
  before(async () => {
    const database = await openTestDatabase('postgresql');
    SECRET_KEY = randomBytes(32).toString('hex');
    world = new SessionWorld(
      database,
      await startProvider(database, { env: { SECRET_KEY } }),
      await startLogoutReceiver(),
    );
    [person, client] = [await world.person(), await world.client()];
  });
  after(() => world.close());

  /** Signs in; of three times the first leaves its code, the second exchanges it, the third signs out again. */
  const keepSigningIn = async (
    browser: () => UserAgent,
    acknowledged: Acknowledged,
    until: AbortSignal,
  ): Promise<void> => {
    for (let turn = 0; !until.aborted; turn += 1) {
      const agent = browser();
      const authorization = authorizationRequest(client.client_id);
      const callback = await signIn(agent, authorization, person.username);
      const code = callback.searchParams.get('code') ?? assert.fail(callback.href);
      const { codeVerifier } = authorization;
      if (turn % 3 === 0) {
        acknowledged.codes.push({ agent, codeVerifier, code });
        continue;
      }
      const exchanged = await exchange(agent, client, { code, code_verifier: codeVerifier });
      assert.equal(exchanged.status, 200, exchanged.text);
      const tokens = exchanged.json() as unknown as Tokens;
      if (turn % 3 === 1) {
        acknowledged.tokens.push({ agent, tokens, codeVerifier, code });
        continue;
      }
      const ended = await agent.ask(`/session/end?id_token_hint=${tokens.id_token}`);
      assert.equal(ended.status, 200, ended.text);
      acknowledged.signedOut.push(tokens);
    }
  };

  it(
    'loses no change that was acknowledged: accounts, clients, sessions, codes, tokens, sign-outs',
    { timeout: 60_000 },
    async () => {
      const env = {
        PATH: process.env['PATH'],
        // By this the runner of the tests would find it, should it be left.
        LATCHKEY_TEST_GROUP: process.env['LATCHKEY_TEST_GROUP'],
        ISSUER: world.provider.issuer,
        PORT: '0',
        DATABASE_URL: world.database.url,
        SECRET_KEY,
        PASSWORD_HASH_CONCURRENCY: '2',
      };
      const child = startChildIn({ env }, busyProcess);
      const { port } = JSON.parse(await child.line((line) => line.includes('"port"'))) as { port: number };
      const acknowledged: Acknowledged = { codes: [], tokens: [], signedOut: [] };
      const killed = new AbortController();
      const browser = () => new UserAgent(world.provider, { port });
      const load = Array.from({ length: 4 }, () =>
        keepSigningIn(browser, acknowledged, killed.signal).catch((error: unknown) => {
          if (!killed.signal.aborted) throw error; // cut off in the middle, as it should be
        }),
      );
      await Promise.race([Promise.all(load), child.line((line) => line.includes('"client_id":"busy6"'))]);
      while (acknowledged.signedOut.length < 4)
        await Promise.race([...load, new Promise((resolve) => setTimeout(resolve, 10))]);
      killed.abort();
      const { signal, lines } = await child.kill9();
      await Promise.all(load);
      assert.equal(signal, 'SIGKILL');

      const told = lines.map((line) => JSON.parse(line) as { account?: string; client?: TestClient });
      const accounts = told.flatMap(({ account }) => account ?? []);
      const clients = told.flatMap(({ client: added }) => added ?? []);
      assert.ok(accounts.length >= 6 && clients.length >= 6 && acknowledged.codes.length >= 4);
      for (const sub of accounts)
        assert.equal((await world.provider.command('account.show', { account: sub }))['sub'], sub);
      for (const added of clients) {
        const answer = await exchange(world.browser(), added, { code: 'none', code_verifier: 'x'.repeat(43) });
        assert.equal(answer.json()['error'], 'invalid_grant', 'its secret is known');
      }

      // What its browsers and clients hold is good at the process that is left.
      const here = (agent: UserAgent): UserAgent => {
        const moved = world.browser();
        for (const [key, cookie] of agent.cookies) moved.cookies.set(key, cookie);
        return moved;
      };
      for (const { agent, code, codeVerifier } of acknowledged.codes) {
        const exchanged = await exchange(world.browser(), client, { code, code_verifier: codeVerifier });
        assert.equal(exchanged.status, 200, exchanged.text);
        assert.equal(await world.profileStatus(exchanged.json() as unknown as Tokens), 200);
        assert.equal((await world.silent(here(agent), client)).outcome, 'ok');
      }
      for (const { tokens, code, codeVerifier } of acknowledged.tokens) {
        assert.equal(await world.profileStatus(tokens), 200);
        const again = await exchange(world.browser(), client, { code, code_verifier: codeVerifier });
        assert.equal(again.json()['error'], 'invalid_grant', 'a used code is used');
      }
      for (const tokens of acknowledged.signedOut) assert.equal(await world.profileStatus(tokens), 401);
    },
  );
});
