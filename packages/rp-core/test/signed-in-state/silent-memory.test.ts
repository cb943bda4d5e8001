import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Sealer } from '../../src/secrets/sealer.ts';
import { defaultSignedInStateLimits } from '../../src/signed-in-state/decide-signed-in-state.ts';
import {
  emptySilentMemory,
  openSilentMemory,
  sealSilentMemory,
  withDeparture,
  withoutTried,
  withRest,
  withTried,
} from '../../src/signed-in-state/silent-memory.ts';

describe('the memory of silent trips', () => {
  const sealer = new Sealer(randomBytes(32), 'silent memory');
  const now = 1_000_000;

  it('comes back from its cookie as it was', () => {
    const memory = withDeparture(withTried(emptySilentMemory, ['a', 'b'], now + 600), now);
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
    });
    assert.deepEqual(openSilentMemory(sealer, sealed, now), { tried: [], departures: [now, now - 5] });
  });

  it('holds ten hints, the newest', () => {
    let memory = emptySilentMemory;
    for (let index = 0; index < 15; index++) memory = withTried(memory, [`h${index}`], now + 600);
    assert.equal(memory.tried.length, 10);
    assert.equal(memory.tried[0]?.hint, 'h14');
  });

  it('never shortens the time of a hint: a sign-out here is not undone by a failed trip', () => {
    const signedOut = withTried(emptySilentMemory, ['a'], now + 400 * 24 * 3600);
    assert.deepEqual(withTried(signedOut, ['a'], now + 60).tried, signedOut.tried);
  });

  it('takes off one hint, and none where there is none', () => {
    const memory = withTried(emptySilentMemory, ['a', 'b'], now + 600);
    assert.deepEqual(
      withoutTried(memory, 'a').tried.map(({ hint }) => hint),
      ['b'],
    );
    assert.deepEqual(withoutTried(memory, undefined), memory);
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
    assert.ok(sealSilentMemory(sealer, memory).length < 2000);
  });
});
