import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { cookieNames, CookieWriter } from '../../src/cookies/cookies.ts';
import { Sealer } from '../../src/secrets/sealer.ts';
import { AttemptCookies } from '../../src/sign-in/attempt-cookies.ts';
import { attemptIdOf, attemptNumberOf, newAttempt, type Attempt } from '../../src/sign-in/attempt.ts';

const origin = new URL('https://app.example');
const now = 1_000_000;

describe('the cookies of sign-ins under way', () => {
  const secret = randomBytes(32);
  const cookiesWith = (key: Buffer): AttemptCookies =>
    new AttemptCookies(
      cookieNames('app', origin, new URL('https://accounts.example')),
      new CookieWriter(origin),
      new Sealer(key, 'attempt'),
    );
  const cookies = cookiesWith(secret);
  const anAttempt = (told: Partial<Attempt> = {}): Attempt =>
    newAttempt({ number: 1, kind: 'interactive', returnPath: '/', hints: [], ...told }, now);
  const setPairs = (lines: readonly string[]): string[] =>
    lines.filter((line) => !line.includes('Max-Age=0')).map((line) => line.split(';')[0] ?? '');
  const removedNames = (lines: readonly string[]): string[] =>
    lines.filter((line) => line.includes('Max-Age=0')).map((line) => line.split('=')[0] ?? '');
  const headerOf = (attempts: readonly Attempt[]): string =>
    attempts.flatMap((attempt) => setPairs(cookies.keep(attempt, null))).join('; ');

  it('give an attempt back as it was, in every process', () => {
    const attempt = anAttempt({ kind: 'silent', returnPath: '/page?one=1', hints: ['a', 'b'] });
    assert.deepEqual(cookiesWith(Buffer.from(secret)).find(attempt.state, headerOf([attempt]), now), {
      kind: 'attempt',
      attempt,
    });
  });

  it('are __Host-, HttpOnly and Lax, and stay longer than the attempt, so that a late one is known', () => {
    const [line = ''] = cookies.keep(anAttempt(), null);
    assert.match(line, /^__Host-app-attempt-1[A-Za-z0-9_-]{10}=/);
    assert.match(line, /; Path=\/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax$/);
  });

  it('say whether it is the first or the second attempt in the id, so that nothing has to open for that', () => {
    for (const number of [1, 2] as const) {
      const id = attemptIdOf(anAttempt({ number }).state) ?? '';
      assert.equal(attemptNumberOf(id), number);
    }
  });

  it('hide nonce, verifier and return path', () => {
    const attempt = anAttempt({ returnPath: '/private-page' });
    const header = headerOf([attempt]);
    for (const secretPart of [attempt.nonce, attempt.codeVerifier, attempt.seed, 'private-page']) {
      assert.ok(!header.includes(secretPart));
      assert.ok(!Buffer.from(header.split('=')[1] ?? '', 'base64url').includes(secretPart));
    }
  });

  it('keep nonce and verifier apart: who knows one knows nothing of the other', () => {
    const { nonce, codeVerifier, seed } = anAttempt();
    assert.equal(new Set([nonce, codeVerifier, seed]).size, 3);
    assert.notEqual(createHash('sha256').update(codeVerifier).digest('base64url'), nonce);
    assert.ok(codeVerifier.length >= 43, 'RFC 7636, section 4.1');
  });

  it('are good for ten minutes and known as late after that', () => {
    const attempt = anAttempt();
    const header = headerOf([attempt]);
    assert.equal(cookies.find(attempt.state, header, now + 599).kind, 'attempt');
    assert.equal(cookies.find(attempt.state, header, now + 600).kind, 'expired');
  });

  it('are bound to their state: another secret in it finds nothing that opens', () => {
    const attempt = anAttempt();
    const [id = ''] = attempt.state.split('.');
    const found = cookies.find(`${id}.${'A'.repeat(43)}`, headerOf([attempt]), now);
    assert.deepEqual(found, { kind: 'unreadable', number: 1 });
  });

  it('are not found for a state that is none of ours', () => {
    const attempt = anAttempt();
    const header = headerOf([attempt]);
    const states = ['', 'x', attempt.state.slice(0, -1), `${attempt.state}A`, `3${attempt.state.slice(1)}`, '1.2'];
    for (const state of states) assert.deepEqual(cookies.find(state, header, now), { kind: 'none' }, state);
    assert.deepEqual(cookies.find(attempt.state, null, now), { kind: 'none' });
  });

  it('are not found when the name was sent twice', () => {
    const attempt = anAttempt();
    const header = headerOf([attempt]);
    const name = header.split('=')[0] ?? '';
    assert.deepEqual(cookies.find(attempt.state, `${header}; ${name}=tossed`, now), { kind: 'none' });
  });

  it('are unreadable when another secret sealed them, and say which attempt it was', () => {
    for (const number of [1, 2] as const) {
      const attempt = anAttempt({ number });
      const found = cookiesWith(randomBytes(32)).find(attempt.state, headerOf([attempt]), now);
      assert.deepEqual(found, { kind: 'unreadable', number });
    }
  });

  it('are five at most: the oldest goes, and those of others stay', () => {
    const attempts = Array.from({ length: 5 }, () => anAttempt());
    const header = `other=1; ${headerOf(attempts)}; __Host-app-session=2`;
    const lines = cookies.keep(anAttempt(), header);
    assert.deepEqual(removedNames(lines), [`__Host-app-attempt-${attemptIdOf(attempts[0]?.state ?? '')}`]);
    assert.equal(setPairs(lines).length, 1);
    assert.deepEqual(removedNames(cookies.keep(anAttempt(), headerOf(attempts.slice(1)))), []);
  });

  it('are of 5000 bytes together at most: long ones make room sooner', () => {
    const attempts = Array.from({ length: 4 }, () => anAttempt({ returnPath: `/${'x'.repeat(1000)}` }));
    const lines = cookies.keep(anAttempt({ returnPath: `/${'x'.repeat(1000)}` }), headerOf(attempts));
    const removed = new Set(removedNames(lines));
    assert.ok(removed.size > 1);
    const left = headerOf(attempts)
      .split('; ')
      .filter((pair) => !removed.has(pair.split('=')[0] ?? ''));
    assert.ok([...left, ...setPairs(lines)].join('; ').length <= 5000);
  });

  it('make room from what somebody else put under our names', () => {
    const tossed = Array.from({ length: 15 }, (_, index) => `__Host-app-attempt-${index}=x`).join('; ');
    assert.equal(removedNames(cookies.keep(anAttempt(), tossed)).length, 11);
  });

  it('look at twenty and take back no more in one answer, of however many and however long', () => {
    for (const value of ['x', 'x'.repeat(4000)]) {
      const tossed = Array.from({ length: 600 }, (_, index) => `__Host-app-attempt-${index}=${value}`).join('; ');
      const lines = cookies.keep(anAttempt(), tossed);
      assert.ok(removedNames(lines).length <= 20, `${removedNames(lines).length} taken back`);
      assert.equal(setPairs(lines).length, 1);
    }
  });

  it('go through the line of cookies once, however many there are', (context) => {
    const header = (count: number): string =>
      Array.from({ length: count }, (_, index) => `__Host-app-attempt-${index}=x`).join('; ');
    const split = context.mock.method(String.prototype, 'split');
    const partsRead = (count: number): number => {
      const given = header(count);
      split.mock.resetCalls();
      cookies.keep(anAttempt(), given);
      cookies.hasRoom(given, now);
      return split.mock.calls.reduce((sum, { this: text }) => sum + (String(text) === given ? count : 0), 0);
    };
    assert.deepEqual([partsRead(6), partsRead(600)], [2 * 6, 2 * 600]);
  });

  it('leave room for two side by side at their longest', () => {
    const hints = Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(32, 'x'));
    const longest = (): Attempt => anAttempt({ returnPath: `/${'x'.repeat(1023)}`, hints });
    const header = headerOf([longest()]);
    assert.ok(header.length < 2200, String(header.length));
    assert.equal(cookies.hasRoom(header, now), true);
    assert.equal(cookies.hasRoom(headerOf([longest(), longest()]), now), false);
  });
});
