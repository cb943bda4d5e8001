import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { ApplicationServer, basic } from '../support/token-requests.ts';
import { authorizationRequest, signIn, UserAgent, type Answer } from '../support/user-agent.ts';

describe('client authentication with a secret (RFC 6749, section 2.3.1)', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let browser: UserAgent;
  let notes: { client_id: string; client_secret: string };
  let other: { client_id: string; client_secret: string };
  const program = (): UserAgent => new UserAgent(provider);

  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database);
    await provider.addAccount();
    notes = await provider.addClient('notes.app_1-x');
    other = await provider.addClient('other');
    browser = new UserAgent(provider);
    await signIn(browser, authorizationRequest(notes.client_id));
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  /** Introspection asks for nothing but authentication: 200 means that the client was believed. */
  const authenticate = (form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> =>
    program().ask('/token/introspection', {
      form: { token: 'no-such-token', ...form },
      headers: { accept: 'application/json', ...headers },
    });
  const withHeader = (authorization: string): Promise<Answer> => authenticate({}, { authorization });

  const assertRefused = (answer: Answer, status: number, error: string): void => {
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.json()['error'], error);
    assert.equal(answer.headers['cache-control'], 'no-store');
  };

  const newCode = async (clientId: string): Promise<Record<string, string>> => {
    const authorization = authorizationRequest(clientId);
    const callback = await signIn(browser, authorization);
    return { code: callback.searchParams.get('code') ?? '', code_verifier: authorization.codeVerifier };
  };

  const percentEncodeAll = (text: string): string =>
    text.replaceAll(/./g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

  it('exchanges a code for a client that sends its secret in the Authorization header', async () => {
    const answer = await new ApplicationServer(provider.issuer, notes).exchange(await newCode(notes.client_id));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.json()['token_type'], 'Bearer');
  });

  it('reads both parts of the header as form-encoded, whatever was encoded', async () => {
    const encoded = `${percentEncodeAll(notes.client_id)}:${percentEncodeAll(notes.client_secret)}`;
    const answer = await withHeader(`Basic ${Buffer.from(encoded).toString('base64')}`);
    assert.equal(answer.status, 200, answer.text);
  });

  it('exchanges a code for a client that sends its secret in the body', async () => {
    const posting = await provider.addClient('posting', { tokenEndpointAuthMethod: 'client_secret_post' });
    const answer = await program().ask('/token', {
      form: {
        grant_type: 'authorization_code',
        redirect_uri: 'https://app.example.org/callback',
        ...(await newCode(posting.client_id)),
        client_id: posting.client_id,
        client_secret: posting.client_secret,
      },
      headers: { accept: 'application/json' },
    });
    assert.equal(answer.status, 200, answer.text);
  });

  it('refuses a wrong secret with 401 and says how to authenticate', async () => {
    const answer = await withHeader(basic(notes.client_id, `${notes.client_secret}x`));
    assertRefused(answer, 401, 'invalid_client');
    assert.match(String(answer.headers['www-authenticate']), new RegExp(`^Basic realm="${provider.issuer}"`));
    const inBody = await authenticate({ client_id: notes.client_id, client_secret: `${notes.client_secret}x` });
    assertRefused(inBody, 401, 'invalid_client');
  });

  it('answers an unknown client as a wrong secret, so that nobody can ask which clients exist', async () => {
    const unknown = await withHeader(basic('nobody', notes.client_secret));
    const wrong = await withHeader(basic(notes.client_id, 'wrong'));
    assertRefused(unknown, 401, 'invalid_client');
    assert.equal(unknown.text, wrong.text);
  });

  it('refuses the secret of another client', async () => {
    assertRefused(await withHeader(basic(notes.client_id, other.client_secret)), 401, 'invalid_client');
  });

  it('refuses what the database holds instead of the secret', async () => {
    const rows = await database.knex('clients').where({ client_id: notes.client_id }).select('secret_hash');
    const hash = Buffer.from(rows[0].secret_hash as Uint8Array);
    for (const stored of [hash.toString('base64url'), hash.toString('hex')]) {
      assertRefused(await withHeader(basic(notes.client_id, stored)), 401, 'invalid_client');
    }
  });

  it('refuses a client that authenticates in two ways at once', async () => {
    const answer = await authenticate(
      { client_id: notes.client_id, client_secret: notes.client_secret },
      { authorization: basic(notes.client_id, notes.client_secret) },
    );
    assertRefused(answer, 400, 'invalid_request');
  });

  it('refuses a client_id in the body that is not the one in the header', async () => {
    const answer = await authenticate(
      { client_id: other.client_id },
      { authorization: basic(notes.client_id, notes.client_secret) },
    );
    assertRefused(answer, 400, 'invalid_request');
  });

  const malformed: readonly (readonly [what: string, header: (id: string, secret: string) => string])[] = [
    ['another scheme', (_id, secret) => `Bearer ${secret}`],
    ['no base64', () => 'Basic ~~~'],
    ['no colon', (id) => `Basic ${Buffer.from(id).toString('base64')}`],
    ['broken percent-encoding', (id, secret) => `Basic ${Buffer.from(`${id}:${secret}%`).toString('base64')}`],
    ['an empty secret', (id) => `Basic ${Buffer.from(`${id}:`).toString('base64')}`],
    ['a control character', (id, secret) => `Basic ${Buffer.from(`${id}:${secret}%00`).toString('base64')}`],
  ];
  for (const [what, header] of malformed) {
    it(`refuses a header with ${what} as an invalid request`, async () => {
      assertRefused(await withHeader(header(notes.client_id, notes.client_secret)), 400, 'invalid_request');
    });
  }

  it('refuses a confidential client that does not authenticate', async () => {
    assertRefused(await authenticate({ client_id: notes.client_id }), 401, 'invalid_client');
    const exchanged = await program().ask('/token', {
      form: {
        grant_type: 'authorization_code',
        redirect_uri: 'https://app.example.org/callback',
        client_id: notes.client_id,
        ...(await newCode(notes.client_id)),
      },
      headers: { accept: 'application/json' },
    });
    assertRefused(exchanged, 401, 'invalid_client');
  });

  it('refuses a request that names no client at all', async () => {
    assertRefused(await authenticate({}), 400, 'invalid_request');
  });

  it('believes a public client by its client_id alone, and refuses a secret that it cannot have', async () => {
    const spa = await provider.addClient('spa', { tokenEndpointAuthMethod: 'none' });
    assert.equal((await authenticate({ client_id: spa.client_id })).status, 200);
    assertRefused(await withHeader(basic(spa.client_id, 'anything')), 401, 'invalid_client');
    const exchanged = await new ApplicationServer(provider.issuer, { client_id: spa.client_id }).exchange(
      await newCode(spa.client_id),
    );
    assert.equal(exchanged.status, 200, exchanged.text);
  });

  it('refuses the old secret as soon as a new one was made', async () => {
    const client = await provider.addClient('rotating');
    assert.equal((await withHeader(basic(client.client_id, client.client_secret))).status, 200);
    const rotated = await provider.command('client.rotate-secret', { clientId: client.client_id });
    assertRefused(await withHeader(basic(client.client_id, client.client_secret)), 401, 'invalid_client');
    assert.equal((await withHeader(basic(client.client_id, String(rotated['client_secret'])))).status, 200);
  });

  it('refuses a disabled client with its right secret, until it is enabled again', async () => {
    const client = await provider.addClient('paused');
    const authorization = basic(client.client_id, client.client_secret);
    await provider.command('client.disable', { clientId: client.client_id });
    assertRefused(await withHeader(authorization), 401, 'invalid_client');
    await provider.command('client.enable', { clientId: client.client_id });
    assert.equal((await withHeader(authorization)).status, 200);
  });

  it('writes no secret to the log', () => {
    assert.notEqual(provider.log(), '');
    for (const { client_secret: secret } of [notes, other]) {
      assert.ok(!provider.log().includes(secret));
      assert.ok(!provider.log().includes(secret.slice(4)));
    }
  });
});
