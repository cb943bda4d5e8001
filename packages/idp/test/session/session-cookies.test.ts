import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { password, startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import {
  authorizationRequest,
  formOf,
  refreshOf,
  signIn,
  signInForTokens,
  UserAgent,
  type Answer,
} from '../support/user-agent.ts';
import { outcomeOf, type TestClient } from './session-world.ts';

const names = {
  session: '__Host-latchkey-session',
  browser: '__Host-latchkey-browser',
  interaction: '__Secure-latchkey-interaction',
  resume: '__Secure-latchkey-resume',
  hint: '__Secure-latchkey-hint',
} as const;

interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** Names in lower case, sorted. */
  readonly attributes: readonly string[];
  readonly path: string | undefined;
  readonly domain: string | undefined;
  readonly sameSite: string | undefined;
  /** In seconds from now; undefined: with the browser. */
  readonly lifetimeSeconds: number | undefined;
}

const setCookies = (answer: Answer): readonly SetCookie[] =>
  [answer.headers['set-cookie'] ?? []].flat().map((line) => {
    const [pair = '', ...rest] = line.split('; ');
    const attributes = new Map(
      rest.map((text) => [text.split('=')[0]?.toLowerCase() ?? '', text.slice(text.indexOf('=') + 1)] as const),
    );
    const maxAge = attributes.get('max-age');
    const expires = attributes.get('expires');
    return {
      name: pair.slice(0, pair.indexOf('=')),
      value: pair.slice(pair.indexOf('=') + 1),
      attributes: [...attributes.keys()].toSorted(),
      path: attributes.get('path'),
      domain: attributes.get('domain'),
      sameSite: attributes.get('samesite')?.toLowerCase(),
      lifetimeSeconds:
        maxAge !== undefined ? Number(maxAge) : expires && Math.round((Date.parse(expires) - Date.now()) / 1000),
    } as SetCookie;
  });

const named = (answer: Answer, name: string): SetCookie => {
  const [found, ...more] = setCookies(answer).filter((cookie) => cookie.name === name);
  assert.ok(found !== undefined && more.length === 0, `${name} is set once: ${String(answer.headers['set-cookie'])}`);
  return found;
};

const isNear = (actual: number | undefined, seconds: number): boolean => Math.abs((actual ?? 0) - seconds) <= 5;

const day = 24 * 3600;

const env = {
  ISSUER: 'https://accounts.example.org',
  HOST: '127.0.0.1',
  TRUST_PROXY: '1',
  SECRET_KEY: randomBytes(32).toString('hex'),
};

describe('cookies of an https issuer behind a proxy', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let client: TestClient;
  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database, { env: { ...env, SESSION_HINT_DOMAIN: 'example.org' } });
    client = await provider.addClient('notes');
    await provider.addAccount('alice');
    await provider.addAccount('bobby');
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  const browser = (): UserAgent => new UserAgent(provider, { port: provider.port, forwardedFor: '203.0.113.7' });
  const silent = (agent: UserAgent, headers: Record<string, string> = {}): Promise<Answer> =>
    agent.ask(authorizationRequest(client.client_id, { prompt: 'none' }).url, { headers });
  const signedIn = async (): Promise<UserAgent> => {
    const agent = browser();
    await signInForTokens(agent, client);
    return agent;
  };

  it('a sign-in sets exactly these, each for as little as it needs', async () => {
    const agent = browser();
    const started = await agent.ask(authorizationRequest(client.client_id).url);
    assert.equal(started.location?.origin, 'https://accounts.example.org');
    const uid = started.location.pathname.split('/')[2] ?? '';
    assert.deepEqual(
      setCookies(started)
        .map(({ name }) => name)
        .toSorted(),
      [names.browser, names.interaction, names.resume].toSorted(),
    );
    const shortLived = ['expires', 'httponly', 'path', 'samesite', 'secure'];
    for (const [name, path] of [
      [names.interaction, `/interaction/${uid}`],
      [names.resume, `/auth/${uid}`],
    ] as const) {
      const cookie = named(started, name);
      assert.deepEqual([cookie.attributes, cookie.path, cookie.sameSite], [shortLived, path, 'lax']);
      assert.ok(isNear(cookie.lifetimeSeconds, 3600), 'an hour');
    }
    const known = named(started, names.browser);
    assert.deepEqual(known.attributes, ['httponly', 'max-age', 'path', 'samesite', 'secure']);
    assert.deepEqual([known.path, known.sameSite, known.lifetimeSeconds], ['/', 'lax', 400 * day]);
    assert.match(known.value, /^[\w-]{43}$/);

    const page = await agent.ask(started.location);
    const { action, fields } = formOf(page, '/sign-in');
    const submitted = await agent.ask(action, { form: { ...fields, username: 'alice', password } });
    assert.deepEqual([setCookies(page), setCookies(submitted)], [[], []], 'pages set none');
    const resumed = await agent.ask(refreshOf(submitted));
    assert.deepEqual(
      setCookies(resumed)
        .map(({ name }) => name)
        .toSorted(),
      [names.resume, names.session, names.hint].toSorted(),
    );
    const session = named(resumed, names.session);
    assert.deepEqual(session.attributes, shortLived);
    assert.deepEqual([session.path, session.sameSite], ['/', 'lax']);
    assert.ok(isNear(session.lifetimeSeconds, 30 * day), 'until the absolute end of the session');
    const hint = named(resumed, names.hint);
    assert.deepEqual(hint.attributes, ['domain', 'expires', 'path', 'samesite', 'secure'], 'scripts may read it');
    assert.deepEqual([hint.path, hint.domain, hint.sameSite], ['/', 'example.org', 'lax']);
    assert.ok(isNear(hint.lifetimeSeconds, 30 * day), 'as long-lived as the session');
    assert.match(hint.value, /^[\w-]{4}$/, '24 bits');
    const resume = named(resumed, names.resume);
    assert.deepEqual([resume.value, resume.path], ['', `/auth/${uid}`]);
    assert.ok((resume.lifetimeSeconds ?? 0) < 0, 'the resume cookie is taken back');
  });

  it('a silent sign-in sets the session cookie alone, to what it was', async () => {
    const agent = await signedIn();
    const cookie = agent.cookie(names.session);
    const answer = await silent(agent);
    assert.equal(outcomeOf(answer.location), 'ok');
    assert.deepEqual(
      setCookies(answer).map(({ name, value }) => [name, value]),
      [[names.session, cookie]],
    );
  });

  it('only the session cookie of this name counts: not the one without prefix, not one sent twice', async () => {
    const agent = await signedIn();
    const real = agent.cookie(names.session) ?? '';
    for (const cookie of [
      `latchkey-session=${real}`,
      `__Secure-latchkey-session=${real}`,
      `__host-latchkey-session=${real}`,
      `${names.session}=${real}; ${names.session}=${real}`,
      `${names.session}=tossed; ${names.session}=${real}`,
      `${names.session}=${real}; x=y;${names.session}=tossed`,
    ]) {
      assert.equal(outcomeOf((await silent(browser(), { cookie })).location), 'login_required', cookie);
    }
    assert.equal(outcomeOf((await silent(browser(), { cookie: `${names.session}=${real}` })).location), 'ok');
  });

  it('a browser cookie sent twice is nobody’s: the interaction it began is not found', async () => {
    const agent = browser();
    const started = await agent.ask(authorizationRequest(client.client_id).url);
    const path = started.location?.pathname ?? '';
    const jar = agent.cookieHeader(path);
    const known = `${names.browser}=${agent.cookie(names.browser)}`;
    for (const cookie of [`${jar}; ${known}`, `${names.browser}=tossed; ${jar}`, `${jar}; ${names.browser}=`]) {
      const page = await browser().ask(path, { headers: { cookie } });
      assert.equal(page.status, 400, cookie);
      assert.doesNotMatch(page.text, /type="password"/);
    }
    assert.match((await browser().ask(path, { headers: { cookie: jar } })).text, /type="password"/);
  });

  describe('the hint', () => {
    it('is what the ID token says it answers for, and another for another session or account', async () => {
      const values = new Set<unknown>();
      for (const username of ['alice', 'alice', 'bobby']) {
        const agent = browser();
        const tokens = await signInForTokens(agent, client, {}, username);
        assert.equal(decodeJwt(tokens.id_token)['latchkey_hint'], agent.cookie(names.hint));
        values.add(agent.cookie(names.hint));
      }
      assert.equal(values.size, 3);
    });

    it('is repaired at the authorization endpoint: missing, forged, or sent twice', async () => {
      const agent = await signedIn();
      const hint = agent.cookie(names.hint) ?? '';
      const session = `${names.session}=${agent.cookie(names.session)}`;
      for (const sent of ['', `; ${names.hint}=AAAA`, `; ${names.hint}=${hint}; ${names.hint}=${hint}`]) {
        const answer = await silent(browser(), { cookie: `${session}${sent}` });
        const repaired = named(answer, names.hint);
        assert.deepEqual([repaired.value, repaired.domain], [hint, 'example.org'], sent);
        assert.ok(isNear(repaired.lifetimeSeconds, 30 * day));
      }
      const untouched = await silent(browser(), { cookie: `${session}; ${names.hint}=${hint}` });
      assert.ok(setCookies(untouched).every(({ name }) => name !== names.hint));
    });

    it('is cleared together with login_required, and left alone where none was sent', async () => {
      for (const sent of [`${names.hint}=AAAA`, `${names.hint}=AAAA; ${names.hint}=BBBB`]) {
        const answer = await silent(browser(), { cookie: sent });
        assert.equal(outcomeOf(answer.location), 'login_required');
        const cleared = named(answer, names.hint);
        assert.deepEqual([cleared.value, cleared.domain, cleared.path], ['', 'example.org', '/']);
        assert.ok((cleared.lifetimeSeconds ?? 0) < 0);
      }
      assert.deepEqual(setCookies(await silent(browser())), []);
    });

    it('is no proof of anything: with the hint alone nobody is signed in', async () => {
      const agent = await signedIn();
      const answer = await silent(browser(), { cookie: `${names.hint}=${agent.cookie(names.hint)}` });
      assert.equal(outcomeOf(answer.location), 'login_required');
    });

    it('goes with the session cookie at sign-out', async () => {
      const agent = browser();
      const tokens = await signInForTokens(agent, client);
      const ended = await agent.ask(`/session/end?id_token_hint=${tokens.id_token}`);
      for (const name of [names.session, names.hint]) {
        const cookie = named(ended, name);
        assert.equal(cookie.value, '');
        assert.deepEqual([cookie.path, cookie.domain], ['/', name === names.hint ? 'example.org' : undefined]);
        assert.ok((cookie.lifetimeSeconds ?? 0) < 0);
        assert.ok(cookie.attributes.includes('secure'), 'a browser takes a prefixed cookie back only so');
      }
      assert.equal(agent.cookie(names.session), undefined);
      assert.deepEqual(setCookies(await silent(agent)), [], 'nothing is left to take back');
    });

    it('of a session that ended elsewhere is cleared, with the session cookie, at the next silent sign-in', async () => {
      const agent = browser();
      await signIn(agent, authorizationRequest(client.client_id), 'bobby');
      await provider.command('account.sign-out', { account: 'bobby' });
      const answer = await silent(agent);
      assert.equal(outcomeOf(answer.location), 'login_required');
      assert.deepEqual(
        setCookies(answer).map(({ name, value }) => [name, value]),
        [
          [names.session, ''],
          [names.hint, ''],
        ],
      );
      assert.ok(named(answer, names.session).attributes.includes('secure'));
    });
  });

  it('on http below localhost the hint can belong to a domain too, without prefix and Secure', async () => {
    const issuer = 'http://accounts.house.localhost:3000';
    const local = await startProvider(database, {
      env: { ...env, ISSUER: issuer, SESSION_HINT_DOMAIN: 'house.localhost' },
    });
    try {
      const agent = new UserAgent(local, { port: local.port });
      const tokens = await signInForTokens(agent, client);
      const answer = await agent.ask(authorizationRequest(client.client_id, { prompt: 'none' }).url, {
        headers: { cookie: `latchkey-session=${agent.cookie('latchkey-session')}` },
      });
      const hint = named(answer, 'latchkey-hint');
      assert.deepEqual([hint.domain, hint.attributes.includes('secure')], ['house.localhost', false]);
      assert.equal(decodeJwt(tokens.id_token)['latchkey_hint'], hint.value);
    } finally {
      await local.close();
    }
  });

  it('without SESSION_HINT_DOMAIN there is no hint, neither as a cookie nor in the ID token', async () => {
    const without = await startProvider(database, { env });
    try {
      const agent = new UserAgent(without, { port: without.port });
      const tokens = await signInForTokens(agent, client);
      assert.equal(decodeJwt(tokens.id_token)['latchkey_hint'], undefined);
      assert.ok(agent.cookie(names.session));
      assert.ok([...agent.cookies.keys()].every((key) => !key.includes('hint')));
    } finally {
      await without.close();
    }
  });
});
