import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Sealer } from '../../src/secrets/sealer.ts';
import { defaultSignedInStateLimits } from '../../src/signed-in-state/decide-signed-in-state.ts';
import {
  emptySilentMemory,
  openSilentMemory,
  quietHints,
  sealSilentMemory,
  undoesSignOut,
  withDeparture,
  withRest,
  withSignedIn,
  withSignedOut,
  withTried,
} from '../../src/signed-in-state/silent-memory.ts';

describe('the memory of silent trips', () => {
  const sealer = new Sealer(randomBytes(32), 'silent memory');
  const now = 1_000_000;
  const alice = { sub: 'alice', sid: 's1' };

  it('comes back from its cookie as it was', () => {
    const signedOut = withSignedOut(emptySilentMemory, { hints: ['c'], session: alice, onlyByClick: true }, now);
    const memory = withDeparture(withTried(signedOut, ['a', 'b'], now + 600), now);
    assert.deepEqual(openSilentMemory(sealer, sealSilentMemory(sealer, memory), now), memory);
  });

  it('is empty where the cookie is absent or was written by somebody else', () => {
    const sealed = sealSilentMemory(sealer, withTried(emptySilentMemory, ['a'], now + 600));
    const foreign = sealSilentMemory(
      new Sealer(randomBytes(32), 'silent memory'),
      withTried(emptySilentMemory, ['a'], now + 600),
    );
    for (const cookie of [undefined, '', 'garbage', `AAAA${sealed.slice(4)}`, foreign, '[[],[]]']) {
      assert.deepEqual(openSilentMemory(sealer, cookie, now), emptySilentMemory);
    }
  });

  it('forgets what has passed when it is opened, and departures that have not been', () => {
    const sealed = sealSilentMemory(sealer, {
      tried: [{ hint: 'a', until: now }],
      departures: [now + 1, now, now - 5],
      signedOut: [{ hint: 'b', until: now }],
      signedOutOf: [{ name: 'c', until: now }],
      signedOutAt: now - 5,
      onlyByClick: true,
    });
    assert.deepEqual(openSilentMemory(sealer, sealed, now), {
      ...emptySilentMemory,
      departures: [now, now - 5],
      signedOutAt: now - 5,
      onlyByClick: true,
    });
  });

  it('holds ten hints, the newest', () => {
    let memory = emptySilentMemory;
    for (let index = 0; index < 15; index++) memory = withTried(memory, [`h${index}`], now + 600);
    assert.equal(memory.tried.length, 10);
    assert.equal(memory.tried[0]?.hint, 'h14');
  });

  it('never shortens the time of a hint', () => {
    const tried = withTried(emptySilentMemory, ['a'], now + 600);
    assert.deepEqual(withTried(tried, ['a'], now + 60).tried, tried.tried);
  });

  it('takes off one tried hint after a click, and none where there is none', () => {
    const memory = withTried(emptySilentMemory, ['a', 'b'], now + 600);
    assert.deepEqual(
      withSignedIn(memory, 'a').tried.map(({ hint }) => hint),
      ['b'],
    );
    assert.deepEqual(withSignedIn(memory, undefined), memory);
  });

  describe('of a sign-out here', () => {
    const signedOut = withSignedOut(emptySilentMemory, { hints: ['own'], session: alice, onlyByClick: true }, now);
    const later = { begunAt: now + 60, hint: 'own' };

    it('keeps the hint quiet, and lets no trip into that session, whatever hint caused it', () => {
      assert.deepEqual(
        quietHints(signedOut).map(({ hint }) => hint),
        ['own'],
      );
      for (const hint of ['own', 'another', undefined]) {
        assert.equal(undoesSignOut(signedOut, { ...later, ...alice, hint }), true, hint);
      }
    });

    it('lets trips into another session, be it of the same person', () => {
      assert.equal(undoesSignOut(signedOut, { begunAt: now + 60, hint: 'new', sub: 'alice', sid: 's2' }), false);
      assert.equal(undoesSignOut(emptySilentMemory, { ...later, ...alice }), false);
    });

    it('goes by the person where the issuer names no session', () => {
      const session = { sub: 'alice', sid: undefined };
      const memory = withSignedOut(emptySilentMemory, { hints: [], session, onlyByClick: true }, now);
      const trip = { begunAt: now + 60, hint: undefined, sid: undefined };
      assert.equal(undoesSignOut(memory, { ...trip, sub: 'alice' }), true);
      assert.equal(undoesSignOut(memory, { ...trip, sub: 'berta' }), false);
      assert.equal(undoesSignOut(memory, { ...trip, sub: 'berta', sid: 'alice' }), false);
    });

    it('lets in no trip that began before or in the same second, into whatever session', () => {
      const into = { hint: 'new', sub: 'berta', sid: 's9' };
      for (const begunAt of [now - 300, now]) assert.equal(undoesSignOut(signedOut, { ...into, begunAt }), true);
      assert.equal(undoesSignOut(signedOut, { ...into, begunAt: now + 1 }), false);
    });

    it('is pushed off by no number of hints, tried or there at another sign-out', () => {
      const forged = Array.from({ length: 12 }, (_, index) => `forged${index}`);
      let memory = withTried(signedOut, forged, now + 600);
      assert.ok(quietHints(memory).some(({ hint }) => hint === 'own'));
      memory = withSignedOut(
        memory,
        { hints: forged, session: { sub: 'berta', sid: 's2' }, onlyByClick: true },
        now + 1,
      );
      assert.equal(undoesSignOut(memory, { ...later, ...alice, hint: 'forged11' }), true);
      assert.ok(memory.signedOut.length <= 10);
    });

    it('stays when a later trip fails under its hint', () => {
      const memory = withTried(signedOut, ['own'], now + 60);
      const opened = openSilentMemory(sealer, sealSilentMemory(sealer, memory), now + 300 * 24 * 3600);
      assert.deepEqual(
        quietHints(opened).map(({ hint }) => hint),
        ['own'],
      );
    });

    it('is known as one though nothing is known of the session, and matches no trip then', () => {
      const memory = withSignedOut(emptySilentMemory, { hints: [], session: undefined, onlyByClick: true }, now);
      assert.equal(memory.onlyByClick, true);
      assert.ok(
        memory.signedOutOf.some(({ until }) => until > now + 300 * 24 * 3600),
        'so that it is kept',
      );
      assert.equal(undoesSignOut(memory, { ...later, sub: '', sid: undefined }), false);
    });

    it('is over after a click, but for trips that are older', () => {
      const memory = withSignedIn(signedOut, 'own');
      assert.deepEqual([signedOut.onlyByClick, memory.onlyByClick], [true, false]);
      assert.deepEqual(quietHints(memory), []);
      assert.equal(undoesSignOut(memory, { ...later, ...alice }), false);
      assert.equal(undoesSignOut(memory, { ...later, ...alice, begunAt: now - 1 }), true);
    });
  });

  it('keeps count of as many departures as any limit wants to see', () => {
    let memory = emptySilentMemory;
    for (let index = 0; index < 30; index++) memory = withDeparture(memory, now + index);
    assert.ok(memory.departures.length >= 10);
    assert.equal(memory.departures[0], now + 29);
  });

  it('rests after a fault until that time, and forgets no trip for it', () => {
    const memory = withRest(withDeparture(emptySilentMemory, now), defaultSignedInStateLimits, now + 60);
    const counted = (at: number): number => memory.departures.filter((departure) => departure > at - 600).length;
    assert.ok(counted(now) >= 6);
    assert.ok(counted(now + 59) >= 6);
    assert.equal(counted(now + 60), 1);
  });

  it('fits into a cookie at its fullest', () => {
    const hints = Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(32, 'x'));
    let memory = withTried(emptySilentMemory, hints, now + 600);
    for (let index = 0; index < 30; index++) memory = withDeparture(memory, now + index);
    for (let index = 0; index < 30; index++) {
      const session = { sub: 'alice', sid: `s${index}` };
      memory = withSignedOut(
        memory,
        { hints: hints.map((hint) => `${index}${hint}`.slice(0, 32)), session, onlyByClick: true },
        now,
      );
    }
    assert.ok(sealSilentMemory(sealer, memory).length < 3000);
  });
});
