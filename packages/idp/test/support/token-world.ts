import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startProvider, type RunningProvider } from './running-provider.ts';
import { testSecretKey } from './signing-keys.ts';
import type { OpenTestDatabase, TestDatabase } from './test-database.ts';
import { ApplicationServer, type TestClient } from './token-requests.ts';
import { authorizationRequest, signIn, UserAgent, type Answer } from './user-agent.ts';

interface Regular {
  readonly person: { readonly sub: string; readonly username: string };
  readonly browser: UserAgent;
}

/** One provider for the suites of a file, with fresh people and clients for the tests that ask. */
export class TokenWorld {
  #provider: RunningProvider | undefined;
  #counter = 0;
  #regular: Promise<Regular> | undefined;

  /** Starts the provider before the tests of the suite and closes it after them. */
  constructor(open: OpenTestDatabase) {
    let database: TestDatabase;
    before(async () => {
      database = await open();
      this.#provider = await startProvider(database, { env: { SECRET_KEY: testSecretKey } });
    });
    after(async () => {
      await this.#provider?.close();
      await database.close();
    });
  }

  get provider(): RunningProvider {
    if (!this.#provider) throw new Error('the provider has not been started yet');
    return this.#provider;
  }

  browser(): UserAgent {
    return new UserAgent(this.provider);
  }

  server(client: TestClient): ApplicationServer {
    return new ApplicationServer(this.provider.issuer, client);
  }

  async newPerson(): Promise<{ sub: string; username: string }> {
    this.#counter += 1;
    return this.provider.addAccount(`person${this.#counter}`);
  }

  /** Somebody who is signed in, for tests that end neither the account nor this session. */
  regular(): Promise<Regular> {
    this.#regular ??= (async () => {
      const person = await this.newPerson();
      const client = await this.newClient();
      const browser = this.browser();
      await signIn(browser, authorizationRequest(client.client_id), person.username);
      return { person, browser };
    })();
    return this.#regular;
  }

  async newClient(more: Record<string, unknown> = {}): Promise<{ client_id: string; client_secret: string }> {
    this.#counter += 1;
    return this.provider.addClient(`client${this.#counter}`, more);
  }

  /** A public client: what it is given has no `client_secret`. */
  async newPublicClient(more: Record<string, unknown> = {}): Promise<{ client_id: string }> {
    const { client_id } = await this.newClient({ tokenEndpointAuthMethod: 'none', ...more });
    return { client_id };
  }

  /** Runs a statement with positional bindings. Answers the rows. */
  async sql<Row = Record<string, unknown>>(statement: string, ...bindings: unknown[]): Promise<Row[]> {
    const { rows } = await this.provider.database.knex.raw<{ rows: Row[] }>(statement, bindings as never);
    return rows;
  }

  async events(event: string, clientId: string): Promise<number> {
    const rows = await this.sql('select 1 from security_events where event = ? and client_id = ?', event, clientId);
    return rows.length;
  }
}

/** The bearer is good: it reads the profile of this person. */
export const assertGood = async (server: ApplicationServer, accessToken: string, sub?: string): Promise<void> => {
  const answer = await server.readProfile(accessToken);
  assert.equal(answer.status, 200, answer.text);
  if (sub !== undefined) assert.equal(answer.json()['sub'], sub);
};

/** The bearer is no good any more (RFC 6750, section 3.1). */
export const assertDead = async (server: ApplicationServer, accessToken: string): Promise<void> => {
  const answer = await server.readProfile(accessToken);
  assert.equal(answer.status, 401, answer.text);
  assert.equal(answer.json()['error'], 'invalid_token');
  assert.match(String(answer.headers['www-authenticate']), /^Bearer realm="[^"]+", error="invalid_token"/);
};

/** An OAuth error (RFC 6749, section 5.2). */
export const assertError = (answer: Answer, error: string, status = 400): void => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json()['error'], error, answer.text);
  for (const issued of ['access_token', 'refresh_token', 'id_token']) assert.ok(!(issued in answer.json()));
};
