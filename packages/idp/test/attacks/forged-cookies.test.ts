import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { password, startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { authorizationRequest, formOf, refreshOf, signIn, UserAgent, type Answer } from '../support/user-agent.ts';

const names = {
  session: '__Host-latchkey-session',
  browser: '__Host-latchkey-browser',
  resume: '__Secure-latchkey-resume',
} as const;

describe('cookies that a sibling host forges', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database, {
      env: {
        ISSUER: 'https://accounts.example.org',
        HOST: '127.0.0.1',
        TRUST_PROXY: '1',
        SECRET_KEY: randomBytes(32).toString('hex'),
      },
    });
    await provider.addAccount('alice');
    await provider.addAccount('mallory');
    await provider.addClient('notes');
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  const browser = (): UserAgent => new UserAgent(provider, { port: provider.port });
  const withCookie = (path: string, cookie: string): Promise<Answer> => browser().ask(path, { headers: { cookie } });
  const silent = (cookie: string): Promise<Answer> =>
    withCookie(authorizationRequest('notes', { prompt: 'none' }).url, cookie);

  /** Whether a request is that of somebody who is signed in, as our pages see it and as the engine does. */
  const signedIn = async (cookie: string): Promise<readonly [page: boolean, engine: boolean]> => [
    (await withCookie('/', cookie)).text.includes('class="person-name"'),
    (await silent(cookie)).location?.searchParams.has('code') ?? false,
  ];

  /** Mallory's sign-in, proved and not resumed. */
  const planted = async (): Promise<{ path: string; browserCookie: string; resumeCookie: string }> => {
    const agent = browser();
    const begun = await agent.ask(authorizationRequest('notes').url);
    const { action, fields } = formOf(await agent.ask(begun.location ?? ''), '/sign-in');
    const proved = await agent.ask(action, { form: { ...fields, username: 'mallory', password } });
    return {
      path: new URL(refreshOf(proved), provider.issuer).pathname,
      browserCookie: agent.cookie(names.browser) ?? '',
      resumeCookie: agent.cookie(names.resume) ?? '',
    };
  };

  it('a no-break space (0xA0) before the name makes another name of it: the attacker’s sign-in does not go on', async () => {
    const { path, browserCookie, resumeCookie } = await planted();
    const resume = `${names.resume}=${resumeCookie}`;
    const victim = await withCookie(path, `\xA0${names.browser}=${browserCookie}; ${resume}`);
    assert.equal(victim.status, 400);
    assert.equal(victim.location, undefined);
    assert.doesNotMatch(String(victim.headers['set-cookie']), new RegExp(`${names.session}=[\\w-]`));
    const attacker = await withCookie(path, `${names.browser}=${browserCookie}; ${resume}`);
    assert.ok(attacker.location?.searchParams.has('code'), 'in its own browser it does');
  });

  it('nor does the name of the session cookie get through so', async () => {
    const agent = browser();
    await signIn(agent, authorizationRequest('notes'));
    const value = agent.cookie(names.session) ?? '';
    assert.deepEqual(await signedIn(`${names.session}=${value}`), [true, true]);
    assert.deepEqual(await signedIn(`\xA0${names.session}=${value}`), [false, false]);
    assert.deepEqual(await signedIn(` \t${names.session}=${value}\t `), [true, true], 'white space of RFC 6265');
  });

  it('a session cookie is read by pages and engine alike: nobody’s unless it is written as it was set', async () => {
    const agent = browser();
    await signIn(agent, authorizationRequest('notes'));
    const value = agent.cookie(names.session) ?? '';
    for (const written of [
      `"${value}"`,
      `"${value}`,
      `${value}"`,
      `'${value}'`,
      `${value}=`,
      `${value} x`,
      `${value}A`,
      value.slice(1),
      encodeURIComponent(`"${value}"`),
      '',
    ]) {
      assert.deepEqual(await signedIn(`${names.session}=${written}`), [false, false], JSON.stringify(written));
    }
    assert.deepEqual(await signedIn(`${names.session}; ${names.session}=${value}`), [false, false], 'twice');
    assert.deepEqual(await signedIn(`${names.session}=""; ${names.session}=${value}`), [false, false], 'twice');
    assert.deepEqual(await signedIn(`x="a; ${names.session}=${value}; y=b"`), [true, true], 'quotes of another');
  });

  it('a browser cookie that this server never set is none: the browser gets one of its own', async () => {
    for (const value of [
      '',
      'known-to-the-attacker',
      '"'.padEnd(43, 'a'),
      'a'.repeat(42),
      'a'.repeat(44),
      '\xE9'.repeat(43),
    ]) {
      const answer = await withCookie(authorizationRequest('notes').url, `${names.browser}=${value}`);
      assert.equal(answer.status, 303, value);
      const set = [answer.headers['set-cookie'] ?? []].flat().find((line) => line.startsWith(`${names.browser}=`));
      assert.match(set ?? '', /^[^=]+=[\w-]{43};/, JSON.stringify(value));
    }
  });

  it('a resume cookie in quotation marks resumes nothing', async () => {
    const { path, browserCookie, resumeCookie } = await planted();
    const cookie = (resume: string): string => `${names.browser}=${browserCookie}; ${names.resume}=${resume}`;
    const refused = await withCookie(path, cookie(`"${resumeCookie}"`));
    assert.equal(refused.status, 400);
    assert.ok((await withCookie(path, cookie(resumeCookie))).location?.searchParams.has('code'));
  });
});
