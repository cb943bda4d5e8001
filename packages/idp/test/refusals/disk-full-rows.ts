import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { authorizationRequest, formOf, type Answer } from '../support/user-agent.ts';
import { json, page, refuse, toClient, works, type Refusal, type Section } from './refusal.ts';
import type { WatchedUserAgent } from './secrets.ts';
import { person, type Code, type OpenInteraction, type World } from './world.ts';

/** How much is free on the disk, as the provider is made to believe. */
export interface Disk {
  freeBytes: number;
}

const mebibyte = 1024 * 1024;

/** Changes what is free, and waits until the provider has noticed. */
const setFree = async (world: World, disk: Disk, freeBytes: number, ready: number): Promise<void> => {
  disk.freeBytes = freeBytes;
  const deadline = performance.now() + 10_000;
  while ((await world.get('/health/ready')).status !== ready) {
    assert.ok(performance.now() < deadline, `/health/ready does not become ${ready}`);
    await delay(50);
  }
};

/** What people and programs had in hand when the disk filled up. */
interface Before {
  readonly browser: WatchedUserAgent;
  readonly interaction: OpenInteraction;
  readonly code: Code;
  readonly accessToken: string;
  readonly signOut: { readonly action: string; readonly fields: Record<string, string> };
}

const prepare = async (world: World): Promise<Before> => {
  const browser = await world.signedIn();
  const tokens = (await world.exchange(world.client('app'), await world.code('app', browser))).json();
  return {
    browser,
    interaction: await world.beginSignIn(),
    code: await world.code('app', browser),
    accessToken: String(tokens['access_token']),
    signOut: formOf(await browser.ask('/session/end')),
  };
};

const retryLater = (answer: Answer): Answer => {
  assert.equal(answer.headers['retry-after'], '5');
  assert.equal(answer.headers['set-cookie'], undefined);
  return answer;
};

/** Refusals of an embedded database whose disk is nearly full. */
export const diskFullSections = (disk: Disk): readonly Section[] => {
  let before: Before | undefined;
  const row = (
    done: string,
    status: number,
    reads: Refusal['reads'],
    ask: (world: World, before: Before) => Promise<Answer>,
  ): Refusal => ({
    ...refuse(done, status, reads, async (world) => {
      if (before === undefined) {
        before = await prepare(world);
        await setFree(world, disk, 10 * mebibyte, 503);
      }
      return ask(world, before);
    }),
    noisy: true,
  });
  const unavailable = page('unavailable', 'temporarily_unavailable');

  return [
    {
      where: 'the disk of the embedded database is nearly full',
      rows: [
        row('`/health/ready`', 503, works('`{"status":"unavailable"}` with the reason'), async (world) => {
          const answer = await world.get('/health/ready');
          const reason = 'the disk that holds the embedded database is nearly full';
          assert.deepEqual(answer.json(), { status: 'unavailable', reason });
          return answer;
        }),
        row('signing in', 503, unavailable, async (world, { interaction }) =>
          retryLater(await world.submitSignIn(interaction)),
        ),
        row('beginning to', 303, toClient('temporarily_unavailable'), (world) => world.authorize()),
        row('a silent sign-in', 303, toClient('temporarily_unavailable'), async (world, { browser }) => {
          const answer = await browser.ask(authorizationRequest('app', { prompt: 'none' }).url);
          assert.equal(await world.whoIsIn(browser), person);
          return answer;
        }),
        row('exchanging a code', 503, json('temporarily_unavailable'), async (world, { code }) =>
          retryLater(await world.exchange(world.client('app'), code)),
        ),
        row('signing out', 503, unavailable, async (_world, { browser, signOut: { action, fields } }) =>
          retryLater(await browser.ask(action, { form: { ...fields, decision: 'sign-out' } })),
        ),
        row('reading a page', 200, works('the page: reading goes on'), (_world, { browser }) => browser.ask('/')),
        row('reading the profile', 200, works('the profile: reading goes on'), async (world, { accessToken }) => {
          const answer = await world.profile(accessToken);
          assert.equal(answer.json()['preferred_username'], person);
          assert.equal(answer.headers['cache-control'], 'private, no-cache');
          return { ...answer, headers: { ...answer.headers, 'cache-control': 'no-store' } };
        }),
        row(
          'signing in when there is space again',
          200,
          works('it goes on, without a restart'),
          async (world, given) => {
            await setFree(world, disk, 1024 * mebibyte, 200);
            assert.equal((await world.exchange(world.client('app'), given.code)).status, 200);
            return world.submitSignIn(given.interaction);
          },
        ),
      ],
    },
  ];
};
