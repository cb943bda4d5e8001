import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { exportSPKI, importJWK, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { json, refuse, type Refusal, type Section } from './refusal.ts';
import { basic, unsigned, type World } from './world.ts';

/** A code that is refused as such tells that the client was let in. */
const knownClient = json('invalid_grant');
const refusedClient = json('invalid_client', 'client authentication failed');

const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://app.example.org/callback' };

const assertionForm = (assertion: string): Record<string, string> => ({
  ...form,
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: assertion,
  code_verifier: 'v'.repeat(43),
});

const present = (world: World, assertion: string, more: Record<string, string> = {}) =>
  world.post('/token', { ...assertionForm(assertion), ...more });

const header =
  (authorization: string): Refusal['ask'] =>
  (world) =>
    world.post('/token', form, { authorization });

const secrets: Section = {
  where: '`/token`, client secret',
  rows: [
    refuse('a wrong secret', 401, refusedClient, (world) =>
      Promise.all([
        world.post('/token', form, basic({ client_id: 'app', client_secret: 'wrong' })),
        world.post('/token', { ...form, client_id: 'app', client_secret: 'wrong' }),
      ]),
    ),
    refuse('the secret of another client', 401, refusedClient, (world) =>
      world.post('/token', form, basic({ ...world.client('other'), client_id: 'app' })),
    ),
    refuse('a secret that was replaced', 401, refusedClient, async (world) => {
      const old = await world.provider.addClient('with-new-secret');
      await world.provider.command('client.rotate-secret', { clientId: old.client_id });
      return world.post('/token', form, basic(old));
    }),
    refuse('no secret', 401, refusedClient, (world) => world.post('/token', { ...form, client_id: 'app' })),
    refuse('no client at all', 400, json('invalid_request', 'no client authentication mechanism provided'), (world) =>
      world.post('/token', form),
    ),
    refuse('a client that is not registered, or disabled', 401, refusedClient, (world) =>
      Promise.all([
        world.post('/token', form, basic({ client_id: 'nobody', client_secret: 'x' })),
        world.post('/token', form, basic(world.client('disabled'))),
        world.post('/token', { ...form, client_id: '\0', client_secret: 'x' }),
        world.post('/token', { ...form, client_id: '\u{fffd}', client_secret: 'x' }),
      ]),
    ),
    refuse('a secret of a client that has keys, or none', 401, refusedClient, (world) =>
      Promise.all([
        world.post('/token', { ...form, client_id: 'keys', client_secret: 'x' }),
        world.post('/token', { ...form, client_id: 'public', client_secret: 'x' }),
        world.post('/token', form, basic({ client_id: 'public', client_secret: 'x' })),
      ]),
    ),
    refuse('an assertion of a client that has a secret', 401, refusedClient, async (world) =>
      present(world, await world.assertion({ iss: 'app', sub: 'app' })),
    ),
    refuse(
      'the secret twice, in the header and in the form',
      400,
      json('invalid_request', 'client authentication must only be provided using one mechanism'),
      (world) => {
        const { client_id: id, client_secret: secret = '' } = world.client('app');
        return world.post('/token', { ...form, client_id: id, client_secret: secret }, basic(world.client('app')));
      },
    ),
    refuse(
      'a secret and an assertion',
      400,
      json('invalid_request', 'client authentication must only be provided using one mechanism'),
      async (world) => present(world, await world.assertion(), { client_secret: 'x' }),
    ),
    refuse(
      'one client in the header, another in the form',
      400,
      json('invalid_request', 'client_id mismatch'),
      (world) => world.post('/token', { ...form, client_id: 'other' }, basic(world.client('app'))),
    ),
    ...Object.entries({
      'another scheme': 'Bearer x',
      'a Basic header with nothing in it': 'Basic ',
      'a Basic header that is no base64': 'Basic !!!',
      'a Basic header without a colon': `Basic ${Buffer.from('app').toString('base64')}`,
      'a Basic header with NUL': `Basic ${Buffer.from('app:%00').toString('base64')}`,
      'a Basic header that is not UTF-8': `Basic ${Buffer.from('app:%ff').toString('base64')}`,
    }).map(([what, authorization]) => refuse(what, 400, json('invalid_request'), header(authorization))),
    refuse(
      'the secret in the form although it is registered for the header: both are the same proof',
      400,
      knownClient,
      (world) => {
        const { client_id: id, client_secret: secret = '' } = world.client('app');
        return world.post('/token', { ...form, client_id: id, client_secret: secret, code_verifier: 'v'.repeat(43) });
      },
    ),
  ],
};

const seconds = (offset: number): number => Math.floor(Date.now() / 1000) + offset;

const asserted =
  (claims: () => JWTPayload): Refusal['ask'] =>
  async (world) =>
    present(world, await world.assertion(claims()));

const assertions: Section = {
  where: '`/token`, client assertion (RFC 7523)',
  rows: [
    refuse('`alg` none', 401, refusedClient, (world) => {
      const claims = {
        iss: 'keys',
        sub: 'keys',
        aud: world.issuer,
        jti: randomUUID(),
        iat: seconds(0),
        exp: seconds(60),
      };
      return Promise.all([
        present(world, unsigned(claims)),
        present(world, unsigned(claims, { alg: 'None' })),
        present(world, unsigned(claims, { kid: 'world-key' })),
      ]);
    }),
    refuse('a keyed hash under the public key or the empty key', 401, refusedClient, async (world) => {
      const claims = {
        iss: 'keys',
        sub: 'keys',
        aud: world.issuer,
        jti: randomUUID(),
        iat: seconds(0),
        exp: seconds(60),
      };
      const spki = await exportSPKI((await importJWK(world.publicJwk, 'ES256')) as CryptoKey);
      const guesses = [spki, JSON.stringify(world.publicJwk), '\0'];
      return Promise.all(
        guesses.map(async (guess) =>
          present(
            world,
            await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'world-key' }).sign(Buffer.from(guess)),
          ),
        ),
      );
    }),
    refuse('an assertion a second time', 401, refusedClient, async (world) => {
      const assertion = await world.assertion();
      await present(world, assertion);
      return present(world, assertion);
    }),
    refuse(
      'an assertion for somebody else',
      401,
      refusedClient,
      asserted(() => ({ aud: 'https://other.example/' })),
    ),
    refuse(
      'an assertion of another issuer',
      401,
      refusedClient,
      asserted(() => ({ iss: 'app' })),
    ),
    refuse('an assertion without `exp`, `jti`, `aud` or `iss`', 401, refusedClient, (world) =>
      Promise.all(
        ['exp', 'jti', 'aud', 'iss'].map(async (name) => present(world, await world.assertion({ [name]: undefined }))),
      ),
    ),
    refuse('an assertion that is none', 400, json('invalid_request'), (world) => present(world, 'junk')),
    refuse('another type of assertion', 400, json('invalid_request'), async (world) =>
      present(world, await world.assertion(), { client_assertion_type: 'x' }),
    ),
    refuse('a clock that is 5 minutes fast', 401, refusedClient, (world) =>
      Promise.all([
        asserted(() => ({ iat: seconds(300), exp: seconds(360) }))(world),
        asserted(() => ({ nbf: seconds(300), exp: seconds(360) }))(world),
      ]).then((answers) => answers.flat()),
    ),
    refuse(
      'a clock that is 5 minutes slow',
      401,
      refusedClient,
      asserted(() => ({ iat: seconds(-300), exp: seconds(-240) })),
    ),
    refuse('a clock that is 60 seconds off: accepted, the code is not', 400, knownClient, (world) =>
      Promise.all([
        asserted(() => ({ iat: seconds(58), exp: seconds(118) }))(world),
        asserted(() => ({ nbf: seconds(58), exp: seconds(118) }))(world),
        asserted(() => ({ iat: seconds(-118), exp: seconds(-55) }))(world),
      ]).then((answers) => answers.flat()),
    ),
    refuse(
      'an assertion that is good for a year',
      401,
      refusedClient,
      asserted(() => ({ exp: seconds(365 * 24 * 3600) })),
    ),
  ],
};

const everywhere: Section = {
  where: '`/request`, `/token/introspection`, `/token/revocation`',
  rows: [
    refuse('a wrong secret', 401, refusedClient, (world) =>
      Promise.all(
        ['/request', '/token/introspection', '/token/revocation'].map((path) =>
          world.post(path, { token: 'x' }, basic({ client_id: 'app', client_secret: 'wrong' })),
        ),
      ),
    ),
    refuse('no client', 400, json('invalid_request', 'no client authentication mechanism provided'), (world) =>
      Promise.all(
        ['/request', '/token/introspection', '/token/revocation'].map((path) => world.post(path, { token: 'x' })),
      ),
    ),
    refuse('the client’s own name twice', 400, json('invalid_request'), (world) =>
      Promise.all(
        ['/request', '/token/introspection', '/token/revocation'].map((path) =>
          world.post(path, 'token=x&client_id=app&client_id=app', basic(world.client('app'))),
        ),
      ),
    ),
    refuse('a script of another site, with the right secret', 400, json('invalid_request'), async (world) => {
      const authorization = { ...basic(world.client('app')), origin: 'https://evil.example' };
      const answer = await world.post('/token', form, authorization);
      assert.match(String(answer.json()['error_description']), /^origin \S+ not allowed for client: app$/);
      assert.equal(answer.headers['access-control-allow-credentials'], undefined);
      return answer;
    }),
  ],
};

export const clientAuthenticationSections: readonly Section[] = [secrets, assertions, everywhere];
