import assert from 'node:assert/strict';
import type { WrapStores } from '../../src/compose.ts';
import type { PostgresqlServer } from '../support/postgresql-server.ts';
import { authorizationRequest, followToClient, formOf, refreshOf, type Answer } from '../support/user-agent.ts';
import { json, page, refuse, toClient, works, type Refusal, type Section } from './refusal.ts';
import type { WatchedUserAgent } from './secrets.ts';
import { basic, person, type OpenInteraction, type World } from './world.ts';

/** The server, and what is to happen to it in the middle of a request. */
export interface Outage {
  server: PostgresqlServer | undefined;
  /** Called once, when the provider is about to write the next code. */
  beforeNextCode: (() => Promise<void>) | undefined;
}

/** Stands in the way of codes, so that the server can go when the client is known already. */
export const interruptCodes =
  (outage: Outage): WrapStores =>
  (stores) => {
    const codes = stores.authorizationCodes;
    return {
      ...stores,
      authorizationCodes: {
        issue: async (code) => {
          const interrupt = outage.beforeNextCode;
          outage.beforeNextCode = undefined;
          await interrupt?.();
          return codes.issue(code);
        },
        find: (idHash) => codes.find(idHash),
        consume: (idHash) => codes.consume(idHash),
        revokeDescendants: (idHash) => codes.revokeDescendants(idHash),
      },
    };
  };

/** What people and programs had in hand when the database went. */
interface Before {
  readonly browser: WatchedUserAgent;
  readonly interaction: OpenInteraction;
  readonly resume: string;
  readonly accessToken: string;
  readonly signOut: { readonly action: string; readonly fields: Record<string, string> };
}

const prepare = async (world: World): Promise<Before> => {
  const browser = await world.signedIn();
  const code = await world.code('app', browser);
  const tokens = (await world.exchange(world.client('app'), code)).json();
  return {
    browser,
    interaction: await world.beginSignIn(browser, { prompt: 'login' }),
    resume: await world.finishSignIn(await world.beginSignIn(browser, { prompt: 'login' })),
    accessToken: String(tokens['access_token']),
    signOut: formOf(await browser.ask('/session/end')),
  };
};

const unavailable = page('unavailable', 'temporarily_unavailable');

/** Tells when to come back, and takes nothing from the browser: it is still signed in when the database is back. */
const retryLater = (answer: Answer): Answer => {
  assert.equal(answer.headers['retry-after'], '5');
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.equal(answer.headers['www-authenticate'], undefined);
  return answer;
};

export const outageSections = (outage: Outage): readonly Section[] => {
  let before: Before | undefined;
  const stop = async (): Promise<void> => outage.server?.stop();

  /** A row during the outage: the database goes at the first, and comes back with `afterwards`. */
  const during = (
    done: string,
    status: number,
    reads: Refusal['reads'],
    ask: (world: World, before: Before) => Promise<Answer | readonly Answer[]>,
  ): Refusal => ({
    ...refuse(done, status, reads, async (world) => {
      if (before === undefined) {
        before = await prepare(world);
        await stop();
      }
      return ask(world, before);
    }),
    noisy: true,
  });

  const afterwards = (
    done: string,
    status: number,
    reads: Refusal['reads'],
    ask: (world: World, before: Before) => Promise<Answer | readonly Answer[]>,
  ): Refusal => ({
    ...refuse(done, status, reads, async (world) => {
      await outage.server?.start();
      assert.ok(before);
      return ask(world, before);
    }),
    noisy: true,
  });

  return [
    {
      where: 'the database is gone',
      rows: [
        during('`/health/ready`', 503, works('`{"status":"unavailable"}` with a reason'), async (world) => {
          const answer = await world.get('/health/ready');
          assert.match(String(answer.json()['reason']), /^the database does not answer: [A-Z]+$/);
          return retryLater(answer);
        }),
        during('`/health/live`', 200, works('`{"status":"ok"}`'), (world) => world.get('/health/live')),
        during(
          'every page, by somebody who is signed in',
          503,
          unavailable,
          async (_world, { browser, interaction, resume }) => {
            const request = authorizationRequest('app').url;
            const paths = ['/', request, `${request}&prompt=none`, interaction.path, resume, '/session/end'];
            return (await Promise.all(paths.map((path) => browser.ask(path)))).map(retryLater);
          },
        ),
        during('beginning to sign in, silently or not', 503, unavailable, async (world) =>
          (await Promise.all([world.authorize(), world.authorize({ prompt: 'none' })])).map(retryLater),
        ),
        during('every form', 503, unavailable, async (world, { browser, interaction, signOut }) =>
          [
            await world.submitSignIn(interaction),
            await browser.ask(`${interaction.path}/cancel`, { form: interaction.fields }),
            await browser.ask(signOut.action, { form: { ...signOut.fields, decision: 'sign-out' } }),
          ].map(retryLater),
        ),
        during(
          '`/profile`, `/token` and the like, by a program',
          503,
          json('temporarily_unavailable'),
          async (world, { accessToken }) => {
            const client = basic(world.client('app'));
            const grant = {
              grant_type: 'authorization_code',
              code: 'x',
              redirect_uri: 'x',
              code_verifier: 'v'.repeat(43),
            };
            return [
              await world.profile(accessToken),
              await world.get('/userinfo', { authorization: `Bearer ${accessToken}` }),
              await world.post('/token', grant, client),
              await world.post('/token', { grant_type: 'refresh_token', refresh_token: 'x' }, client),
              await world.post('/token/introspection', { token: accessToken }, client),
              await world.post('/token/revocation', { token: accessToken }, client),
              await world.post('/request', { response_type: 'code' }, client),
              await world.get('/', { cookie: `latchkey-session=${'x'.repeat(43)}` }),
            ].map(retryLater);
          },
        ),
        during('keys and discovery', 200, works('the document: they need no database'), async (world) => {
          const answers = await Promise.all(
            ['/jwks', '/.well-known/openid-configuration'].map((path) => world.get(path)),
          );
          return answers;
        }),
      ],
    },
    {
      where: 'the database is back',
      rows: [
        afterwards(
          'the session, its tokens and the open sign-ins',
          303,
          works('go on, without a restart'),
          async (world, { browser, interaction, resume, accessToken }) => {
            assert.equal((await world.get('/health/ready')).status, 200);
            assert.equal((await world.profile(accessToken)).status, 200);
            assert.equal(await world.whoIsIn(browser), person);
            const answers = [
              await browser.ask(authorizationRequest('app', { prompt: 'none' }).url),
              await browser.ask(resume),
              await browser.ask(refreshOf(await world.submitSignIn(interaction))),
            ];
            for (const { location } of answers) assert.ok(location?.searchParams.has('code'));
            await followToClient(browser, answers[2] ?? (answers[0] as Answer));
            return answers;
          },
        ),
      ],
    },
    {
      where: 'the database goes in the middle of a request',
      rows: (
        [
          ['a silent sign-in, client known', { prompt: 'none' }, 303, toClient('temporarily_unavailable')],
          ['any sign-in, client known', {}, 303, toClient('temporarily_unavailable')],
          ['one with `form_post`', { response_mode: 'form_post' }, 503, unavailable],
        ] as const
      ).map(([done, more, status, reads]) => ({
        ...refuse(done, status, reads, async (world) => {
          const browser = await world.signedIn();
          outage.beforeNextCode = stop;
          try {
            const answer = await browser.ask(authorizationRequest('app', more).url);
            if (status === 503) assert.equal(answer.headers['retry-after'], '5');
            return answer;
          } finally {
            await outage.server?.start();
            assert.equal(await world.whoIsIn(browser), person);
          }
        }),
        noisy: true,
      })),
    },
  ];
};
