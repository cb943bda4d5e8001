import assert from 'node:assert/strict';
import { en } from '../../src/http/messages/en.ts';
import type { Answer } from '../support/user-agent.ts';
import { markup } from './assert-refusal.ts';
import { line, page, refuse, works, type Reading, type Section } from './refusal.ts';
import { disabledPerson, otherPerson, person, type World } from './world.ts';

const form = (notice: string): Reading => ({ kind: 'form', heading: en.signIn.heading, notice });
const wrong = form(en.signIn.wrong);

/** Everything that two answers may differ in, made equal: the token, the name that was typed, id and time. */
const comparable = ({ status, headers, text }: Answer, name: string): unknown => {
  const { date: _date, 'x-request-id': _id, ...others } = headers;
  const body = text.replaceAll(/name="csrf_token" value="[^"]*"/g, '').replaceAll(/\/interaction\/[\w-]+/g, '');
  return { status, headers: { ...others, 'content-length': 'any' }, body: body.replaceAll(`value="${name}"`, '') };
};

const tryOnce = async (world: World, username: string, password: string): Promise<Answer> =>
  world.submitSignIn(await world.beginSignIn(), username, password);

const assertRetryAfter = (answer: Answer, seconds: readonly [number, number]): Answer => {
  const retryAfter = Number(answer.headers['retry-after']);
  assert.ok(retryAfter >= seconds[0] && retryAfter <= seconds[1], `Retry-After: ${retryAfter}`);
  return answer;
};

const forgetLimits = (world: World): Promise<unknown> => world.database.knex.raw('delete from rate_limits');

export const signInSections: readonly Section[] = [
  {
    where: 'the sign-in form',
    rows: [
      refuse(
        'a wrong password, an account that is not there, is disabled or has no password: the same answer, but for what was typed',
        401,
        wrong,
        async (world) => {
          await world.provider.command('account.add', { username: 'passwordless', email: 'passwordless@example.org' });
          const names = [
            person,
            `${person}@example.org`,
            'nobody-here',
            'nobody@example.org',
            disabledPerson,
            'passwordless',
          ];
          const answers = [];
          for (const name of names) answers.push(await tryOnce(world, name, 'not the password'));
          const [first, ...rest] = answers.map((answer, index) => comparable(answer, names[index] ?? ''));
          for (const other of rest) assert.deepEqual(other, first);
          return answers;
        },
      ),
      refuse('the right password of an account that is disabled', 401, wrong, (world) =>
        tryOnce(world, disabledPerson, 'correct horse battery staple'),
      ),
      refuse('no user name, no password', 401, wrong, async (world) => [
        await tryOnce(world, '', ''),
        await tryOnce(world, person, ''),
        await tryOnce(world, '', 'correct horse battery staple'),
      ]),
      refuse('a user name or password of thousands of characters', 401, wrong, async (world) => [
        await tryOnce(world, 'x'.repeat(20_000), 'x'),
        await tryOnce(world, `${person}${' '.repeat(300)}x`, 'x'),
        await tryOnce(world, person, 'x'.repeat(40_000)),
        await tryOnce(world, '\u{1f511}'.repeat(300), '\u{1f511}'.repeat(300)),
      ]),
      refuse('one of more than 64 KiB', 413, line('The request body is too large.'), (world) =>
        tryOnce(world, person, 'x'.repeat(70_000)),
      ),
      refuse('markup, quotes and control characters as user name', 401, wrong, async (world) => {
        await forgetLimits(world);
        const answer = await tryOnce(world, markup, 'never-shown-again');
        assert.ok(answer.text.includes('value="&#39;&quot;&gt;&lt;script&gt;'), answer.text);
        assert.doesNotMatch(answer.text, /never-shown-again/);
        return [answer, await tryOnce(world, "' or 1=1 --", 'x'), await tryOnce(world, 'a\u0007\u202eb', 'x')];
      }),
    ],
  },
  {
    where: 'the sign-in form, many times',
    rows: [
      refuse(
        'the eleventh wrong password for a name, and the right one after it',
        429,
        form(en.signIn.limited(15)),
        async (world) => {
          await forgetLimits(world);
          const interaction = await world.beginSignIn();
          for (let time = 1; time <= 10; time += 1) {
            assert.equal((await world.submitSignIn(interaction, person, `guess ${time}`)).status, 401);
          }
          const answers = [
            await world.submitSignIn(interaction, person, 'guess 11'),
            await world.submitSignIn(interaction, person),
            await world.submitSignIn(await world.beginSignIn(), person),
          ];
          assert.equal(await world.whoIsIn(interaction.browser), undefined);
          return answers.map((answer) => assertRetryAfter(answer, [800, 900]));
        },
      ),
      refuse('the same for a name that nobody has', 429, form(en.signIn.limited(15)), async (world) => {
        const interaction = await world.beginSignIn();
        for (let time = 1; time <= 10; time += 1) {
          assert.equal((await world.submitSignIn(interaction, 'nobody-there', `guess ${time}`)).status, 401);
        }
        return assertRetryAfter(await world.submitSignIn(interaction, 'nobody-there'), [800, 900]);
      }),
      refuse('a quarter of an hour later', 200, works('the right password signs in'), async (world) => {
        await world.database.knex.raw('update rate_limits set expire = expire - 15 * 60 * 1000');
        return world.submitSignIn(await world.beginSignIn());
      }),
      refuse(
        'many wrong passwords of somebody else, from anywhere: the owner’s own browser',
        200,
        works('still signs in, and so do others'),
        async (world) => {
          await forgetLimits(world);
          const own = await world.signedIn();
          const begun = await world.beginSignIn(own, { prompt: 'login' });
          const stranger = await world.beginSignIn();
          for (let time = 1; time <= 11; time += 1) await world.submitSignIn(stranger, person, `guess ${time}`);
          // As if they had come from many networks, for a whole day.
          await world.database.knex.raw(
            `update rate_limits set points = 50 where key like 'sign-in/name-and-unknown-browsers%'`,
          );
          assert.equal((await world.submitSignIn(stranger, person)).status, 429);
          return [
            await world.submitSignIn(begun, person),
            await world.submitSignIn(await world.beginSignIn(), otherPerson),
          ];
        },
      ),
      refuse(
        'wrong passwords from one network for a hundred names',
        429,
        form(en.signIn.limited(15)),
        async (world) => {
          await forgetLimits(world);
          await tryOnce(world, 'nobody-at-all', 'x');
          await world.database.knex.raw(`update rate_limits set points = 100 where key like 'sign-in/network/%'`);
          return assertRetryAfter(await tryOnce(world, otherPerson, 'correct horse battery staple'), [800, 900]);
        },
      ),
      refuse(
        'hundreds of sign-ins begun from one network',
        429,
        page('tooManyRequests', 'temporarily_unavailable', 'too many sign-ins were begun from this network'),
        async (world) => {
          const { browser } = await world.beginSignIn();
          await world.database.knex.raw(`update rate_limits set points = 600 where key like 'sign-in/begun/%'`);
          const answer = assertRetryAfter(await world.authorize(), [1, 600]);
          // Who is signed in needs no sign-in.
          assert.equal((await world.authorize({ prompt: 'none' })).status, 303);
          assert.equal((await browser.ask('/')).status, 200);
          await forgetLimits(world);
          return answer;
        },
      ),
    ],
  },
];
