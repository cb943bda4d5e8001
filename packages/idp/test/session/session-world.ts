import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { allow, begin, kindOf, pageOf, submitSignIn } from '../support/steps.ts';
import type { OpenTestDatabase, TestDatabase } from '../support/test-database.ts';
import {
  authorizationRequest,
  exchange,
  signIn,
  signInForTokens,
  UserAgent,
  type Answer,
  type AuthorizationRequest,
  type Tokens,
} from '../support/user-agent.ts';
import { startLogoutReceiver, type LogoutReceiver } from './logout-receiver.ts';

export interface Person {
  readonly sub: string;
  readonly username: string;
}

export interface TestClient {
  readonly client_id: string;
  readonly client_secret: string;
}

export interface SessionRow {
  readonly uid: string;
  readonly account_id: string;
  readonly authenticated_at: Date;
  readonly idle_expires_at: Date;
  readonly absolute_expires_at: Date;
  readonly prolonged_at: Date;
}

export interface EventRow {
  readonly event: string;
  readonly actor: string;
  readonly network: string | null;
  readonly details: Record<string, unknown>;
}

/** A provider whose clients all have a back-channel, with what the session suites do again and again. */
export class SessionWorld {
  readonly database: TestDatabase;
  readonly provider: RunningProvider;
  readonly receiver: LogoutReceiver;
  #count = 0;

  static async open(open: OpenTestDatabase): Promise<SessionWorld> {
    const database = await open();
    const receiver = await startLogoutReceiver();
    return new SessionWorld(database, await startProvider(database), receiver);
  }

  constructor(database: TestDatabase, provider: RunningProvider, receiver: LogoutReceiver) {
    this.database = database;
    this.provider = provider;
    this.receiver = receiver;
  }

  async close(): Promise<void> {
    await this.provider.close();
    await this.receiver.close();
    await this.database.close();
  }

  person(): Promise<Person> {
    this.#count += 1;
    return this.provider.addAccount(`person${this.#count}`);
  }

  client(more: Record<string, unknown> = {}): Promise<TestClient> {
    this.#count += 1;
    const clientId = `client${this.#count}`;
    return this.provider.addClient(clientId, { ...this.receiver.registration(clientId), ...more });
  }

  browser(): UserAgent {
    return new UserAgent(this.provider, { port: this.provider.port });
  }

  signIn(
    agent: UserAgent,
    client: TestClient,
    { username }: Person,
    more: Record<string, string | undefined> = {},
  ): Promise<Tokens> {
    return signInForTokens(agent, client, more, username);
  }

  /** Signs in and leaves the code as it is. */
  async signInForCode(agent: UserAgent, client: TestClient, { username }: Person): Promise<() => Promise<Answer>> {
    const authorization = authorizationRequest(client.client_id);
    const callback = await signIn(agent, authorization, username);
    return () => this.redeem(client, authorization, callback);
  }

  /** Answers the consent page, after the sign-in page where there is one; `atConsent` runs before the answer. */
  async consent(
    agent: UserAgent,
    client: TestClient,
    { username }: Person,
    more: Record<string, string | undefined>,
    atConsent: () => Promise<void> = async () => {},
  ): Promise<Tokens> {
    const authorization = authorizationRequest(client.client_id, { prompt: 'consent', ...more });
    let step = await begin(agent, authorization);
    if (kindOf(pageOf(step)) === 'sign-in') step = await submitSignIn(agent, pageOf(step), username);
    await atConsent();
    const { sentTo } = await allow(agent, pageOf(step));
    const callback = sentTo ?? assert.fail('the browser is sent to the client');
    const exchanged = await this.redeem(client, authorization, callback);
    assert.equal(exchanged.status, 200, exchanged.text);
    return exchanged.json() as unknown as Tokens;
  }

  redeem(client: TestClient, { codeVerifier }: AuthorizationRequest, callback: URL): Promise<Answer> {
    const code = callback.searchParams.get('code') ?? assert.fail(`no code: ${callback.href}`);
    return exchange(this.browser(), client, { code, code_verifier: codeVerifier });
  }

  /** What the silent check of an application answers: `ok` with a code, or an OAuth error. */
  async silent(agent: UserAgent, client: TestClient): Promise<{ readonly answer: Answer; readonly outcome: string }> {
    const answer = await agent.ask(authorizationRequest(client.client_id, { prompt: 'none' }).url);
    return { answer, outcome: outcomeOf(answer.location) };
  }

  /** Signs out at the client that the ID token was issued to. */
  signOut(agent: UserAgent, { id_token: idToken }: Tokens): Promise<Answer> {
    return agent.ask(`/session/end?id_token_hint=${idToken}`);
  }

  async profileStatus({ access_token: accessToken }: Tokens): Promise<number> {
    const { status, headers } = await this.browser().ask('/profile', {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    if (status === 401) assert.match(String(headers['www-authenticate']), /^Bearer .*error="invalid_token"/);
    return status;
  }

  async isActive(client: TestClient, { access_token: token }: Tokens): Promise<unknown> {
    const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64');
    const answer = await this.browser().ask('/token/introspection', {
      form: { token },
      headers: { authorization: `Basic ${basic}`, accept: 'application/json' },
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.json()['active'];
  }

  sessions({ sub }: Person): Promise<readonly SessionRow[]> {
    return this.database.knex<SessionRow>('sessions').where({ account_id: sub }).orderBy('begun_at');
  }

  async onlySession(person: Person): Promise<SessionRow> {
    const [session, ...more] = await this.sessions(person);
    assert.ok(session !== undefined && more.length === 0, 'there is one session');
    return session;
  }

  /** Moves times of the person's sessions, such as `{ idle_expires_at: '-1 second' }` for one second ago. */
  async shift({ sub }: Person, times: Partial<Record<keyof SessionRow, string>>): Promise<void> {
    for (const [column, interval] of Object.entries(times)) {
      await this.database.knex.raw('update sessions set ?? = now() + ?::interval where account_id = ?', [
        column,
        interval,
        sub,
      ]);
    }
  }

  async events({ sub }: Person): Promise<readonly EventRow[]> {
    return this.database
      .knex('security_events')
      .where({ account_id: sub })
      .orderBy('id')
      .select('event', 'actor', 'network', 'details');
  }

  /** The causes for which sessions of this person ended, oldest first. */
  async endings(person: Person): Promise<readonly unknown[]> {
    return (await this.events(person))
      .filter(({ event }) => event === 'session.ended')
      .map(({ details }) => details['cause']);
  }

  /** The sessions that a client was told of, by what they are called towards it. */
  async toldSids({ client_id: clientId }: TestClient): Promise<readonly string[]> {
    await this.provider.latchkey.settled();
    return this.receiver.told(clientId).map(({ sid }) => String(sid));
  }
}

export const outcomeOf = (location: URL | undefined): string => {
  if (location === undefined) return 'no redirect';
  return location.searchParams.get('error') ?? (location.searchParams.has('code') ? 'ok' : location.pathname);
};

export const sidOf = ({ id_token: idToken }: Tokens): string => String(decodeJwt(idToken)['sid']);
