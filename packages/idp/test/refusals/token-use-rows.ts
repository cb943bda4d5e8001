import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { authorizationRequest, type Answer } from '../support/user-agent.ts';
import { json, refuse, works, type Reading, type Refusal, type Section } from './refusal.ts';
import { basic, unsigned, type World } from './world.ts';

const tokensOf = async (world: World): Promise<{ access_token: string; id_token: string }> => {
  const answer = await world.exchange(world.client('app'), await world.code('app'));
  assert.equal(answer.status, 200, answer.text);
  return answer.json() as { access_token: string; id_token: string };
};

/** A 401 says how to do better (RFC 6750, section 3). */
const challenged = (answer: Answer, error: string | undefined): Answer => {
  const challenge = String(answer.headers['www-authenticate']);
  assert.match(challenge, /(?:Bearer|DPoP) realm="/);
  if (error === undefined) assert.doesNotMatch(challenge, /error=/);
  else assert.match(challenge, new RegExp(`error="${error}"`));
  return answer;
};

const profilePaths = ['/profile', '/userinfo'];

const profile: Section = {
  where: '`/profile`, `/userinfo`',
  rows: [
    refuse('no token', 401, json('invalid_token', 'no access token provided'), async (world) =>
      (await Promise.all(profilePaths.map((path) => world.get(path)))).map((answer) => challenged(answer, undefined)),
    ),
    refuse('a token that never was, an ID token, or one with `alg` none', 401, json('invalid_token'), async (world) => {
      const { id_token: idToken } = await tokensOf(world);
      const tried = ['never-issued', idToken, unsigned({ sub: 'x', client_id: 'app' })];
      const answers = await Promise.all(tried.map((token) => world.profile(token)));
      return answers.map((answer) => challenged(answer, 'invalid_token'));
    }),
    refuse(
      'a token in the query',
      400,
      json('invalid_request', 'access tokens must not be provided via query parameter'),
      async (world) => {
        const { access_token: token } = await tokensOf(world);
        return Promise.all(profilePaths.map((path) => world.get(`${path}?access_token=${token}`)));
      },
    ),
    refuse('a token in the header and in the form', 400, json('invalid_request'), async (world) => {
      const { access_token: token } = await tokensOf(world);
      return world.post('/userinfo', { access_token: token }, { authorization: `Bearer ${token}` });
    }),
    refuse('`access_token` twice', 400, json('invalid_request'), (world) =>
      world.post('/userinfo', 'access_token=x&access_token=y'),
    ),
    refuse('a token of a client that was disabled since', 401, json('invalid_token'), async (world) => {
      const { access_token: token } = await tokensOf(world);
      await world.provider.command('client.disable', { clientId: 'app' });
      try {
        return challenged(await world.profile(token), 'invalid_token');
      } finally {
        await world.provider.command('client.enable', { clientId: 'app' });
      }
    }),
    refuse('a token that has expired', 401, json('invalid_token'), async (world) => {
      const { access_token: token } = await tokensOf(world);
      await world.database.knex.raw(`update access_tokens set expires_at = now() - interval '1 second'`);
      return challenged(await world.profile(token), 'invalid_token');
    }),
  ],
};

const inactive: Reading = works('`{"active":false}`');

const introspect = (world: World, token: string, client: string): Promise<Answer> =>
  world.post('/token/introspection', { token }, basic(world.client(client)));

const assertInactive = (answer: Answer): Answer => {
  assert.deepEqual(answer.json(), { active: false });
  return answer;
};

const others: Section = {
  where: '`/token/introspection`, `/token/revocation`',
  rows: [
    refuse('introspection of another client’s token (RFC 7662)', 200, inactive, async (world) => {
      const { access_token: token } = await tokensOf(world);
      assert.equal((await introspect(world, token, 'app')).json()['active'], true);
      return assertInactive(await introspect(world, token, 'other'));
    }),
    refuse('introspection by a public client, which proves nothing', 200, inactive, async (world) => {
      const { access_token: token } = await tokensOf(world);
      return assertInactive(await world.post('/token/introspection', { token, client_id: 'public' }));
    }),
    refuse('introspection of what never was a token, with NUL or not UTF-8', 200, inactive, async (world) =>
      (await Promise.all(['x', '\0', '\u{fffd}'].map((token) => introspect(world, token, 'app')))).map(assertInactive),
    ),
    refuse(
      'revocation of another client’s token (RFC 7009)',
      200,
      works('nothing; the token stays good'),
      async (world) => {
        const { access_token: token } = await tokensOf(world);
        const answers = [
          await world.post('/token/revocation', { token }, basic(world.client('other'))),
          await world.post('/token/revocation', { token, client_id: 'public' }),
        ];
        for (const { text } of answers) assert.equal(text, '');
        assert.equal((await world.profile(token)).status, 200);
        return answers;
      },
    ),
    refuse('no token', 400, json('invalid_request', "missing required parameter 'token'"), (world) =>
      Promise.all(
        ['/token/introspection', '/token/revocation'].map((path) => world.post(path, '', basic(world.client('app')))),
      ),
    ),
    ...['token', 'token_type_hint'].map((name) =>
      refuse(
        `\`${name}\` twice`,
        400,
        json('invalid_request', `'${name}' parameter must not be provided twice`),
        (world) =>
          Promise.all(
            ['/token/introspection', '/token/revocation'].map((path) =>
              world.post(
                path,
                `token=x&${name}=y&${name}=z`.replace('token=x&token=y', 'token=y'),
                basic(world.client('app')),
              ),
            ),
          ),
      ),
    ),
  ],
};

const requestFaults: Section = {
  where: '`/request` (RFC 9126)',
  rows: [
    ...['state', 'redirect_uri', 'code_challenge', 'client_id'].map((name) =>
      refuse(
        `\`${name}\` twice`,
        400,
        json('invalid_request', `'${name}' parameter must not be provided twice`),
        async (world) => {
          const { search } = (await world.authorize()).url;
          const form = `${search.slice(1)}&${name}=${new URLSearchParams(search).get(name) ?? ''}`;
          return world.post('/request', form, basic(world.client('app')));
        },
      ),
    ),
    refuse('a redirect URI that is not registered', 400, json('invalid_request'), async (world) => {
      const { search } = (await world.authorize({ redirect_uri: 'https://evil.example/' })).url;
      return world.post('/request', search.slice(1), basic(world.client('app')));
    }),
    refuse('no PKCE', 400, json('invalid_request'), async (world) => {
      const { search } = (await world.authorize({ code_challenge: undefined, code_challenge_method: undefined })).url;
      return world.post('/request', search.slice(1), basic(world.client('app')));
    }),
    refuse('a request of more than 16 KiB', 413, json('invalid_request', 'the request is too large'), async (world) => {
      const { search } = new URL(authorizationRequest('app', { state: 'x'.repeat(20_000) }).url, world.issuer);
      return world.post('/request', search.slice(1), basic(world.client('app')));
    }),
    refuse(
      'hundreds of requests in the name of a public client from one network',
      429,
      json('temporarily_unavailable', 'too many requests were pushed'),
      async (world) => {
        const { search } = (await world.authorize({}, 'public')).url;
        assert.equal((await world.post('/request', search.slice(1))).status, 201);
        await world.database.knex.raw(`update rate_limits set points = 600 where key like 'pushed-request/network/%'`);
        const answer = await world.post('/request', search.slice(1));
        assert.match(String(answer.headers['retry-after']), /^[1-9]\d{0,2}$/);
        const own = (await world.authorize()).url;
        assert.equal((await world.post('/request', own.search.slice(1), basic(world.client('app')))).status, 201);
        return answer;
      },
    ),
    refuse('a request object with `alg` none', 400, json('request_not_supported'), async (world) => {
      const { search } = (await world.authorize({ request: unsigned({ client_id: 'app' }) })).url;
      return world.post('/request', search.slice(1), basic(world.client('app')));
    }),
  ],
};

const proofOf = async (
  world: World,
  claims: Record<string, unknown>,
  sign?: (claims: Record<string, unknown>, jwk: object) => Promise<string> | string,
): Promise<string> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const standard = { htm: 'POST', htu: `${world.issuer}/token`, jti: randomUUID(), iat: Math.floor(Date.now() / 1000) };
  if (sign) return sign({ ...standard, ...claims }, jwk);
  return new SignJWT({ ...standard, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .sign(privateKey);
};

const proved =
  (claims: () => Record<string, unknown>, sign?: Parameters<typeof proofOf>[2]): Refusal['ask'] =>
  async (world) => {
    const { code, code_verifier: verifier } = await world.code('app');
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier };
    return world.post(
      '/token',
      { ...form, redirect_uri: 'https://app.example.org/callback' },
      { ...basic(world.client('app')), dpop: await proofOf(world, claims(), sign) },
    );
  };

const now = (offset: number): number => Math.floor(Date.now() / 1000) + offset;

const dpop: Section = {
  where: '`/token`, DPoP proof (RFC 9449)',
  rows: [
    refuse(
      '`alg` none',
      400,
      json('invalid_dpop_proof'),
      proved(
        () => ({}),
        (claims, jwk) => unsigned(claims, { typ: 'dpop+jwt', jwk }),
      ),
    ),
    refuse(
      'a keyed hash',
      400,
      json('invalid_dpop_proof'),
      proved(
        () => ({}),
        (claims, jwk) =>
          new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk }).sign(Buffer.alloc(32)),
      ),
    ),
    refuse(
      'a proof that is none',
      400,
      json('invalid_dpop_proof'),
      proved(
        () => ({}),
        () => 'junk',
      ),
    ),
    refuse(
      'a proof for another address',
      400,
      json('invalid_dpop_proof'),
      proved(() => ({ htu: 'https://evil.example/token' })),
    ),
    refuse(
      'a proof for another method',
      400,
      json('invalid_dpop_proof'),
      proved(() => ({ htm: 'GET' })),
    ),
    refuse(
      'a clock that is 5 minutes off',
      400,
      json('invalid_dpop_proof', 'DPoP proof iat is not recent enough'),
      async (world) =>
        [await proved(() => ({ iat: now(300) }))(world), await proved(() => ({ iat: now(-300) }))(world)].flat(),
    ),
    refuse(
      'a clock that is 2 minutes off',
      400,
      json('invalid_dpop_proof', 'DPoP proof iat is not recent enough'),
      async (world) =>
        [await proved(() => ({ iat: now(120) }))(world), await proved(() => ({ iat: now(-120) }))(world)].flat(),
    ),
    refuse('a clock that is 60 seconds off', 200, works('accepted: tokens'), async (world) =>
      [await proved(() => ({ iat: now(58) }))(world), await proved(() => ({ iat: now(-55) }))(world)].flat(),
    ),
    refuse('a proof a second time', 400, json('invalid_grant'), async (world) => {
      const proof = await proofOf(world, {});
      const sign = () => proof;
      await proved(() => ({}), sign)(world);
      return proved(() => ({}), sign)(world);
    }),
  ],
};

export const tokenUseSections: readonly Section[] = [profile, others, requestFaults, dpop];
