import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import supertest from 'supertest';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { tokensFor, type IssuedTokens } from '../support/steps.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { ApplicationServer } from '../support/token-requests.ts';
import { authorizationRequest, signIn, UserAgent } from '../support/user-agent.ts';

const everything = 'openid profile email groups';
const paths = ['/profile', '/userinfo'] as const;

describe('the profile', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let browser: UserAgent;
  let alice: { sub: string; username: string };
  let notes: { client_id: string; client_secret: string };

  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database);
    alice = await provider.addAccount('alice', {
      name: 'Alice Example',
      groups: ['admins', 'editors'],
      locale: 'de-CH',
      picture: 'https://pictures.example.org/alice.webp',
    });
    notes = await provider.addClient('notes', { scope: `${everything} offline_access` });
    browser = new UserAgent(provider);
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  const http = () => supertest(provider.issuer);
  const tokensWith = (scope: string): Promise<IssuedTokens> => tokensFor(browser, notes, 'alice', { scope });
  const bearerWith = async (scope: string): Promise<string> => (await tokensWith(scope)).access_token;
  const read = (token: string, path: string = '/profile') => http().get(path).set('Authorization', `Bearer ${token}`);
  /** Another person with a session and a bearer of their own. */
  let counter = 0;
  const somebodyElse = async (account: Record<string, unknown> = {}, scope = everything) => {
    counter += 1;
    const person = await provider.addAccount(`person${counter}`, account);
    const agent = new UserAgent(provider);
    const tokens = await tokensFor(agent, notes, person.username, { scope });
    return { ...person, agent, tokens, bearer: tokens.access_token };
  };

  describe('shows what the scopes show (OpenID Connect Core 1.0, section 5.4)', () => {
    const profile = {
      name: 'Alice Example',
      preferred_username: 'alice',
      picture: 'https://pictures.example.org/alice.webp',
      locale: 'de-CH',
      profile_version: 1,
    };
    const email = { email: 'alice@example.org', email_verified: true };
    const groups = { groups: ['admins', 'editors'] };
    const shown: readonly (readonly [scope: string, claims: Record<string, unknown>])[] = [
      ['openid', {}],
      ['openid profile', profile],
      ['openid email', email],
      ['openid groups', groups],
      ['openid email groups', { ...email, ...groups }],
      [everything, { ...profile, ...email, ...groups }],
    ];
    for (const [scope, claims] of shown) {
      it(`for ${scope}, the same at both addresses, by GET and by POST`, async () => {
        const token = await bearerWith(scope);
        const answers = await Promise.all([
          ...paths.map((path) => read(token, path).expect(200)),
          http().post('/userinfo').set('Authorization', `Bearer ${token}`).expect(200),
          http().post('/userinfo').type('form').send({ access_token: token }).expect(200),
        ]);
        for (const answer of answers) {
          assert.match(String(answer.headers['content-type']), /^application\/json/);
          const { updated_at: updatedAt, ...rest } = answer.body as Record<string, unknown>;
          assert.deepEqual(rest, { sub: alice.sub, ...claims });
          assert.equal(Number.isInteger(updatedAt), scope.includes('profile'));
        }
      });
    }

    it('and nothing of that in the ID token, which is for the session', async () => {
      const claims = decodeJwt((await tokensWith(everything)).id_token);
      for (const claim of ['name', 'preferred_username', 'picture', 'locale', 'email', 'email_verified', 'groups']) {
        assert.ok(!(claim in claims), claim);
      }
    });

    it('and email_verified is a boolean for everybody', async () => {
      const unverified = await somebodyElse({ emailVerified: false });
      const without = await somebodyElse({ email: undefined, emailVerified: undefined });
      const { body: first } = await read(unverified.bearer).expect(200);
      assert.deepEqual([first.email, first.email_verified], [`${unverified.username}@example.org`, false]);
      const { body: second } = await read(without.bearer).expect(200);
      assert.deepEqual(['email' in second, second.email_verified], [false, false]);
    });

    it('and the user name stands in where there is no display name', async () => {
      const nameless = await somebodyElse({ name: undefined });
      const { body } = await read(nameless.bearer).expect(200);
      assert.equal(body.name, nameless.username);
      assert.deepEqual(body.groups, []);
      assert.ok(!('picture' in body) && !('locale' in body));
    });
  });

  describe('changes with the account', () => {
    it('at once, with a higher profile_version and another ETag', async () => {
      const person = await somebodyElse();
      const seen = new Set<string>();
      const look = async (): Promise<{ profile_version: number } & Record<string, unknown>> => {
        const answer = await read(person.bearer).expect(200);
        seen.add(String(answer.headers['etag']));
        return answer.body;
      };
      let version = (await look()).profile_version;
      const changes: readonly Record<string, unknown>[] = [
        { name: 'Somebody Else' },
        { email: `${person.username}@elsewhere.example`, emailVerified: false },
        { emailVerified: true },
        { groups: ['readers'] },
        { locale: 'fr' },
        { picture: 'https://pictures.example.org/other.webp' },
        { name: null },
      ];
      for (const change of changes) {
        await provider.command('account.update', { account: person.sub, ...change });
        const now = await look();
        assert.equal(now.profile_version, version + 1, JSON.stringify(change));
        version = now.profile_version;
      }
      assert.equal(seen.size, changes.length + 1);
      await provider.command('account.update', { account: person.sub, groups: ['readers'] });
      assert.equal((await look()).profile_version, version);
      assert.equal(seen.size, changes.length + 1);
    });

    it('and shows less as soon as the client is registered for less', async () => {
      const client = await provider.addClient('shrinking', { scope: everything });
      const { access_token: token } = await tokensFor(browser, client, 'alice', { scope: everything });
      const before = await read(token).expect(200);
      assert.ok('email' in before.body && 'groups' in before.body);
      await provider.command('client.update', { clientId: client.client_id, scope: 'openid profile' });
      const after = await read(token).set('If-None-Match', String(before.headers['etag'])).expect(200);
      assert.ok(!('email' in after.body) && !('groups' in after.body) && 'name' in after.body);
    });

    it('and shows what the person still allows, where the client is not trusted', async () => {
      const client = await provider.addClient('foreign', { scope: everything, trusted: false });
      const { access_token: token } = await tokensFor(browser, client, 'alice', { scope: everything });
      await read(token).expect(200);
      await database.knex('consents').where({ client_id: client.client_id }).update({ scope: 'openid groups' });
      assert.deepEqual((await read(token).expect(200)).body, { sub: alice.sub, groups: ['admins', 'editors'] });
      await database.knex('consents').where({ client_id: client.client_id }).delete();
      await read(token).expect(401);
    });
  });

  describe('has an ETag (RFC 9110, sections 8.8.3 and 13.1.2)', () => {
    for (const path of paths) {
      it(`at ${path}, with which a second reading gets 304 and no body`, async () => {
        const token = await bearerWith(everything);
        const first = await read(token, path).expect(200);
        const etag = String(first.headers['etag']);
        assert.match(etag, /^"[\w-]{20,}"$/);
        assert.equal(first.headers['cache-control'], 'private, no-cache');
        assert.match(String(first.headers['vary']), /\bAuthorization\b/);
        const matching = [etag, `W/${etag}`, `"other", ${etag}`, `"other" , W/${etag}, "third"`, '*'];
        for (const value of matching) {
          const again = await read(token, path).set('If-None-Match', value).expect(304);
          assert.equal(again.text, '');
          assert.equal(again.headers['etag'], etag);
          assert.equal(again.headers['cache-control'], 'private, no-cache');
          assert.equal(again.headers['content-type'], undefined);
        }
        for (const value of ['"other"', etag.slice(1, -1), etag.toLowerCase(), '']) {
          await read(token, path).set('If-None-Match', value).expect(200);
        }
      });
    }

    for (const path of paths) {
      it(`at ${path}, which holds for clients too that tell caches on the way to ask anew, as fetch does`, async () => {
        const token = await bearerWith(everything);
        const etag = String((await read(token, path).expect(200)).headers['etag']);
        for (const value of ['no-cache', 'max-age=0', 'no-cache, no-store']) {
          const conditions = { 'Cache-Control': value, Pragma: 'no-cache' };
          const again = await read(token, path)
            .set({ ...conditions, 'If-None-Match': etag })
            .expect(304);
          assert.equal(again.text, '');
          await read(token, path)
            .set({ ...conditions, 'If-None-Match': '"other"' })
            .expect(200);
          await read(token, path).set(conditions).expect(200);
        }
        const fetched = await fetch(`${provider.issuer}${path}`, {
          headers: { authorization: `Bearer ${token}`, 'if-none-match': etag },
        });
        assert.equal(fetched.status, 304);
      });
    }

    it('over the answer: another bearer with the same scopes has the same, other scopes have another', async () => {
      const etagOf = async (scope: string) => (await read(await bearerWith(scope)).expect(200)).headers['etag'];
      assert.equal(await etagOf(everything), await etagOf(everything));
      assert.notEqual(await etagOf(everything), await etagOf('openid profile'));
    });

    it('that does not help a bearer that is no good: 401, never 304', async () => {
      const person = await somebodyElse();
      const { headers } = await read(person.bearer).expect(200);
      await provider.command('account.sign-out', { account: person.sub });
      for (const value of [String(headers['etag']), '*']) {
        await read(person.bearer).set('If-None-Match', value).expect(401);
      }
    });
  });

  describe('takes only readers', () => {
    for (const path of paths) {
      it(`HEAD ${path} answers as GET would, without the body`, async () => {
        const token = await bearerWith(everything);
        const full = await read(token, path).expect(200);
        const head = await http().head(path).set('Authorization', `Bearer ${token}`).expect(200);
        assert.equal(head.text, undefined);
        for (const name of ['etag', 'content-type', 'content-length', 'cache-control', 'vary']) {
          assert.equal(head.headers[name], full.headers[name], name);
        }
        const known = { Authorization: `Bearer ${token}`, 'If-None-Match': String(full.headers['etag']) };
        await http().head(path).set(known).expect(304);
        const refused = await http().head(path).expect(401);
        assert.match(String(refused.headers['www-authenticate']), /^Bearer realm=/);
      });
    }

    const others: readonly (readonly [path: string, method: 'post' | 'put' | 'patch' | 'delete', allow: string])[] = [
      ['/profile', 'post', 'GET, HEAD'],
      ['/profile', 'put', 'GET, HEAD'],
      ['/profile', 'patch', 'GET, HEAD'],
      ['/profile', 'delete', 'GET, HEAD'],
      ['/userinfo', 'put', 'GET, HEAD, POST'],
      ['/userinfo', 'delete', 'GET, HEAD, POST'],
    ];
    for (const [path, method, allow] of others) {
      it(`${method.toUpperCase()} ${path} is answered 405 with what is allowed`, async () => {
        const token = await bearerWith('openid');
        const request = http();
        const answer = await request[method](path).set('Authorization', `Bearer ${token}`).expect(405);
        assert.equal(answer.headers['allow'], allow);
        assert.equal(answer.body.error, 'invalid_request');
      });
    }
  });

  describe('is refused (RFC 6750, section 3.1)', () => {
    for (const path of paths) {
      it(`at ${path} to whoever brings no token, with a challenge that names no error`, async () => {
        const attempts = [{}, { Authorization: 'Basic eDp5' }, { Authorization: 'Digest x' }];
        for (const headers of attempts) {
          const answer = await http().get(path).set(headers).expect(401);
          assert.equal(
            answer.headers['www-authenticate'],
            `Bearer realm="${provider.issuer}", DPoP realm="${provider.issuer}", algs="ES256 EdDSA RS256 PS256"`,
          );
          assert.deepEqual(answer.body, { error: 'invalid_token', error_description: 'no access token provided' });
          assert.equal(answer.headers['cache-control'], 'no-store');
        }
      });
    }

    const bad: readonly (readonly [what: string, token: () => Promise<string>])[] = [
      ['a token that never was', async () => 'never-issued'],
      ['an ID token', async () => (await tokensWith('openid')).id_token],
      [
        'a refresh token',
        async () =>
          (await tokensFor(browser, notes, 'alice', { scope: 'openid offline_access', prompt: 'consent' }))
            .refresh_token ?? '',
      ],
      [
        'an authorization code',
        async () => (await signIn(browser, authorizationRequest(notes.client_id))).searchParams.get('code') ?? '',
      ],
      ['the session cookie', async () => browser.cookie('latchkey-session') ?? ''],
      [
        'an expired token',
        async () => {
          const { bearer, sub } = await somebodyElse();
          await database.knex.raw(
            `update access_tokens set expires_at = expires_at - interval '31 days'
             where grant_id in (select id from grants where account_id = ?)`,
            [sub],
          );
          return bearer;
        },
      ],
      [
        'a revoked token',
        async () => {
          const token = await bearerWith('openid');
          await new ApplicationServer(provider.issuer, notes).revoke(token);
          return token;
        },
      ],
      [
        'the token of a session that was signed out',
        async () => {
          const { bearer, agent, tokens } = await somebodyElse();
          await agent.ask(`/session/end?id_token_hint=${tokens.id_token}`);
          return bearer;
        },
      ],
      [
        'the token of a disabled account',
        async () => {
          const { bearer, sub } = await somebodyElse();
          await provider.command('account.disable', { account: sub });
          return bearer;
        },
      ],
      [
        'the token of a disabled client',
        async () => {
          const client = await provider.addClient('paused');
          const { access_token: token } = await tokensFor(browser, client, 'alice');
          await provider.command('client.disable', { clientId: client.client_id });
          return token;
        },
      ],
    ];
    for (const [what, token] of bad) {
      it(`to ${what}: 401 invalid_token`, async () => {
        const value = await token();
        assert.notEqual(value, '');
        for (const path of paths) {
          const answer = await read(value, path).expect(401);
          assert.equal(answer.body.error, 'invalid_token');
          assert.match(
            String(answer.headers['www-authenticate']),
            new RegExp(`^Bearer realm="${provider.issuer}", error="invalid_token", error_description="[^"]+"$`),
          );
          assert.equal(answer.headers['etag'], undefined);
        }
      });
    }

    it('to a token without openid: 403 insufficient_scope, with the scope that is needed', async () => {
      const { access_token: token } = await tokensFor(browser, notes, 'alice', { scope: 'profile', nonce: undefined });
      for (const path of paths) {
        const answer = await read(token, path).expect(403);
        assert.equal(answer.body.error, 'insufficient_scope');
        assert.match(
          String(answer.headers['www-authenticate']),
          new RegExp(`^Bearer realm="${provider.issuer}", error="insufficient_scope", .*scope="openid"$`),
        );
      }
    });

    it('to a reader who asks for a scope that the token does not have: 403', async () => {
      const answer = await read(await bearerWith('openid profile'), '/profile?scope=groups').expect(403);
      assert.equal(answer.body.error, 'insufficient_scope');
    });

    it('to what is not written as it should be: 400 invalid_request', async () => {
      const token = await bearerWith('openid');
      const refused = await Promise.all([
        http().get('/profile').set('Authorization', 'Bearer'),
        http().get('/profile').set('Authorization', `Bearer ${token} more`),
        http().get(`/profile?access_token=${token}`),
        http().get(`/profile?access_token=${token}`).set('Authorization', `Bearer ${token}`),
        http().post('/userinfo').set('Authorization', `Bearer ${token}`).type('form').send({ access_token: token }),
      ]);
      for (const answer of refused) {
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.body.error, 'invalid_request');
        assert.match(String(answer.headers['www-authenticate']), /error="invalid_request"/);
      }
    });
  });

  it('is not open to scripts of other origins, and nothing of it is in the log', async () => {
    const token = await bearerWith(everything);
    for (const path of paths) {
      const answer = await read(token, path).set('Origin', 'https://elsewhere.example').expect(400);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
      assert.ok(!('sub' in answer.body));
    }
    for (const secret of [token, 'alice@example.org', 'Alice Example']) assert.ok(!provider.log().includes(secret));
  });
});
