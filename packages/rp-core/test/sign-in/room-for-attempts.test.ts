import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { cookieNames, CookieWriter } from '../../src/cookies/cookies.ts';
import { Sealer } from '../../src/secrets/sealer.ts';
import { AttemptCookies } from '../../src/sign-in/attempt-cookies.ts';
import { attemptBegunAt, attemptIdOf, newAttempt, type Attempt } from '../../src/sign-in/attempt.ts';

const origin = new URL('https://app.example.org');
const now = 1_800_000_000;

describe('room for one more attempt, beside those that are under way in the browser', () => {
  const names = cookieNames('app', origin, new URL('https://accounts.example.org'));
  const cookies = new AttemptCookies(names, new CookieWriter(origin), new Sealer(randomBytes(32), 'attempt'));
  const anAttempt = (begunAt: number, returnPath = '/'): Attempt =>
    newAttempt({ number: 1, kind: 'silent', returnPath, hints: [] }, begunAt);
  const headerOf = (attempts: readonly Attempt[]): string =>
    attempts.map((attempt) => cookies.keep(attempt, null).at(-1)?.split(';')[0]).join('; ');
  const many = (count: number, begunAt: number, returnPath?: string): Attempt[] =>
    Array.from({ length: count }, () => anAttempt(begunAt, returnPath));
  const nameOf = ({ state }: Attempt): string => `${names.attemptPrefix}${attemptIdOf(state)}`;

  it('is there for the first to the fifth', () => {
    assert.ok(cookies.hasRoom(null, now));
    for (const count of [1, 4]) assert.ok(cookies.hasRoom(headerOf(many(count, now)), now));
  });

  it('is not there for a sixth', () => {
    assert.ok(!cookies.hasRoom(headerOf(many(5, now)), now));
    assert.ok(!cookies.hasRoom(headerOf(many(5, now - 599)), now));
  });

  it('is not there where long return paths fill the line of cookies', () => {
    assert.ok(!cookies.hasRoom(headerOf(many(3, now, `/${'x'.repeat(1000)}`)), now));
  });

  it('is not taken by attempts that were given up, nor by what cannot be an attempt', () => {
    assert.ok(cookies.hasRoom(headerOf(many(5, now - 700)), now));
    assert.ok(cookies.hasRoom(headerOf(many(5, now + 3600)), now));
    const tossed = Array.from({ length: 9 }, (_, at) => `${names.attemptPrefix}${at}=x`).join('; ');
    assert.ok(cookies.hasRoom(tossed, now));
  });

  it('is made from the oldest, in whatever order the browser sends them', () => {
    const old = anAttempt(now - 500);
    const header = headerOf([...many(2, now), old, ...many(2, now)]);
    const removed = cookies.keep(anAttempt(now), header).filter((line) => line.includes('Max-Age=0'));
    assert.deepEqual(
      removed.map((line) => line.split('=')[0]),
      [nameOf(old)],
    );
  });

  it('goes by an age that the id tells to the minute', () => {
    for (const begunAt of [0, 59, 60, now, now + 59, 4_000_000_000]) {
      const told = attemptBegunAt(attemptIdOf(anAttempt(begunAt).state) ?? '');
      assert.equal(told, begunAt - (begunAt % 60));
    }
    for (const id of ['', '1', '3AAAAAAAAAA', '1AAAAAAAAA', '1AAAAAAAAAAA', '1 AAAAAAAAA']) {
      assert.equal(attemptBegunAt(id), 0, id);
    }
  });
});
