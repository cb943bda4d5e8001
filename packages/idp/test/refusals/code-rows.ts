import assert from 'node:assert/strict';
import type { Answer } from '../support/user-agent.ts';
import { json, refuse, type Section } from './refusal.ts';
import type { World } from './world.ts';

const tokenOf = (answer: Answer): string => {
  assert.equal(answer.status, 200, answer.text);
  return String(answer.json()['access_token']);
};

const refresh = (world: World, answer: Answer): Promise<Answer> =>
  world.exchange(
    world.client('app'),
    {},
    {
      grant_type: 'refresh_token',
      refresh_token: String(answer.json()['refresh_token']),
      redirect_uri: undefined,
    },
  );

const assertToken = async (world: World, token: string, status: 200 | 401): Promise<void> => {
  assert.equal((await world.profile(token)).status, status);
};

/** The exchange that was refused took nothing away: the client itself can still use its code. */
const stillGood = async (world: World, code: Parameters<World['exchange']>[1], refused: Answer): Promise<Answer> => {
  assert.equal((await world.exchange(world.client('app'), code)).status, 200);
  return refused;
};

const codes: Section = {
  where: '`/token`, authorization code',
  rows: [
    refuse('a code a second time', 400, json('invalid_grant'), async (world) => {
      const app = world.client('app');
      const browser = await world.signedIn();
      const code = await world.offlineCode(browser);
      const first = await world.exchange(app, code);
      const refreshed = await refresh(world, first);
      const others = [
        tokenOf(await world.exchange(app, await world.code('app', browser))),
        tokenOf(await world.exchange(world.client('other'), await world.code('other', browser))),
        tokenOf(await world.exchange(app, await world.offlineCode(browser))),
        tokenOf(await world.exchange(app, await world.code('app'))),
      ];
      const second = await world.exchange(app, code);
      // All that came of it, directly or through the refresh token, is revoked …
      for (const token of [tokenOf(first), tokenOf(refreshed)]) await assertToken(world, token, 401);
      assert.equal((await refresh(world, first)).json()['error'], 'invalid_grant');
      // … and nothing else: the same session and client, another client, another session.
      for (const token of others) await assertToken(world, token, 200);
      return second;
    }),
    refuse('a code of another client', 400, json('invalid_grant'), async (world) => {
      const code = await world.code('app');
      const answer = await world.exchange(world.client('other'), code);
      return stillGood(world, code, answer);
    }),
    refuse('a code after a minute', 400, json('invalid_grant'), async (world) => {
      const code = await world.code('app');
      await world.database.knex.raw(`update authorization_codes set expires_at = now() - interval '1 second'`);
      return world.exchange(world.client('app'), code);
    }),
    refuse('a code whose session has ended', 400, json('invalid_grant'), async (world) => {
      const code = await world.code('app', await world.signedIn());
      await world.database.knex.raw(`update sessions set absolute_expires_at = now() - interval '1 second'`);
      return world.exchange(world.client('app'), code);
    }),
    refuse('a code that never was, with NUL, or not UTF-8', 400, json('invalid_grant'), (world) =>
      Promise.all(
        ['x', '\0', '\u{fffd}'].map((code) =>
          world.exchange(world.client('app'), { code, code_verifier: 'v'.repeat(43) }),
        ),
      ),
    ),
    refuse('a code with another redirect URI', 400, json('invalid_grant'), async (world) => {
      const code = await world.code('app');
      const answer = await world.exchange(world.client('app'), code, { redirect_uri: 'https://app.example.org/other' });
      return stillGood(world, code, answer);
    }),
    refuse(
      'a code without redirect URI',
      400,
      json('invalid_request', "missing required parameter 'redirect_uri'"),
      async (world) => world.exchange(world.client('app'), await world.code('app'), { redirect_uri: undefined }),
    ),
    refuse('no code', 400, json('invalid_request', "missing required parameter 'code'"), (world) =>
      world.exchange(world.client('app'), {}),
    ),
  ],
};

const pkce: Section = {
  where: '`/token`, PKCE (RFC 7636)',
  rows: [
    refuse('a wrong verifier', 400, json('invalid_grant'), async (world) => {
      const code = await world.code('app');
      const answer = await world.exchange(world.client('app'), code, { code_verifier: 'v'.repeat(43) });
      return stillGood(world, code, answer);
    }),
    refuse('no verifier', 400, json('invalid_grant'), async (world) =>
      world.exchange(world.client('app'), await world.code('app'), { code_verifier: undefined }),
    ),
    refuse('the challenge in place of the verifier', 400, json('invalid_grant'), async (world) => {
      const { code, code_verifier: verifier } = await world.code('app');
      const digest = await crypto.subtle.digest('SHA-256', Buffer.from(verifier));
      const challenge = Buffer.from(digest).toString('base64url');
      return world.exchange(world.client('app'), { code, code_verifier: challenge });
    }),
    refuse('a verifier that is too short', 400, json('invalid_request'), async (world) =>
      world.exchange(world.client('app'), await world.code('app'), { code_verifier: 'abc' }),
    ),
    refuse(
      'a verifier for a code that was asked for without challenge (RFC 9700, section 2.1.1: downgrade)',
      400,
      json('invalid_grant'),
      async (world) => {
        const without = { code_challenge: undefined, code_challenge_method: undefined };
        return world.exchange(world.client('without-pkce'), await world.code('without-pkce', undefined, without));
      },
    ),
    refuse(
      'no verifier for a code that was asked for with challenge, by a client that may go without',
      400,
      json('invalid_grant'),
      async (world) =>
        world.exchange(world.client('without-pkce'), await world.code('without-pkce'), { code_verifier: undefined }),
    ),
  ],
};

const parameters = ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'client_id', 'client_secret'];

const grants: Section = {
  where: '`/token`',
  rows: [
    ...['password', 'client_credentials', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code'].map((grantType) =>
      refuse(`the grant type \`${grantType}\``, 400, json('unsupported_grant_type'), (world) =>
        world.exchange(world.client('app'), {}, { grant_type: grantType }),
      ),
    ),
    refuse('no grant type', 400, json('invalid_request', "missing required parameter 'grant_type'"), (world) =>
      world.exchange(world.client('app'), {}, { grant_type: undefined }),
    ),
    refuse('a refresh token that never was', 400, json('invalid_grant'), (world) =>
      world.exchange(world.client('app'), {}, { grant_type: 'refresh_token', refresh_token: 'never-issued' }),
    ),
    refuse('a refresh token by a client that gets none', 400, json('invalid_request'), (world) =>
      world.exchange(world.client('other'), {}, { grant_type: 'refresh_token', refresh_token: 'never-issued' }),
    ),
    ...parameters.map((name) =>
      refuse(
        `\`${name}\` twice`,
        400,
        json('invalid_request', `'${name}' parameter must not be provided twice`),
        (world) => {
          const { client_id: id, client_secret: secret = '' } = world.client('app');
          const form = new URLSearchParams({ grant_type: 'authorization_code', client_id: id, client_secret: secret });
          for (const parameter of ['code', 'redirect_uri', 'code_verifier']) form.append(parameter, 'x'.repeat(43));
          form.append(name, form.get(name) ?? '');
          return world.post('/token', form.toString());
        },
      ),
    ),
    refuse(
      'all of it in the query',
      400,
      json('invalid_request', 'no client authentication mechanism provided'),
      async (world) => {
        const { client_id: id, client_secret: secret = '' } = world.client('app');
        const query = new URLSearchParams({ grant_type: 'authorization_code', client_id: id, client_secret: secret });
        return world.post(`/token?${query.toString()}`, '');
      },
    ),
    refuse('JSON or multipart in place of a form', 400, json('invalid_request'), (world) =>
      Promise.all([
        world.post('/token', '{}', { 'content-type': 'application/json' }),
        world.post('/token', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }),
      ]),
    ),
  ],
};

export const codeSections: readonly Section[] = [codes, pkce, grants];
