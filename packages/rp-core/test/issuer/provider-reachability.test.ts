import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ProviderReachability } from '../../src/issuer/provider-reachability.ts';

describe('ProviderReachability', () => {
  let ms: number;
  let probes: number;
  let answers: boolean;
  let reachability: ProviderReachability;
  beforeEach(() => {
    ms = 1_000_000;
    probes = 0;
    answers = true;
    reachability = new ProviderReachability({
      monotonicMs: () => ms,
      probe: async () => {
        probes += 1;
        await Promise.resolve();
        if (!answers) throw new Error('no answer');
      },
    });
  });

  it('says once that the issuer stopped answering and why, and once that it answers again', async () => {
    const said: unknown[] = [];
    const told = new ProviderReachability({
      probe: () =>
        Promise.reject(new Error('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) })),
      onChange: (...change) => said.push(change),
    });
    await told.isReachable('click');
    await told.isReachable('click');
    told.noteFailed('something else');
    told.noteReached();
    told.noteReached();
    assert.deepEqual(said, [
      [false, 'ECONNREFUSED'],
      [true, ''],
    ]);
  });

  it('probes when nothing is known, and says what it found', async () => {
    assert.equal(await reachability.isReachable(), true);
    assert.equal(probes, 1);
  });

  it('does not probe again for a minute after it reached the issuer', async () => {
    await reachability.isReachable();
    ms += 59_999;
    assert.equal(await reachability.isReachable(), true);
    assert.equal(probes, 1);
    ms += 1;
    await reachability.isReachable();
    assert.equal(probes, 2);
  });

  it('needs no probe where another call reached the issuer', async () => {
    reachability.noteReached();
    assert.equal(await reachability.isReachable(), true);
    assert.equal(probes, 0);
  });

  it('makes one probe for all that ask at the same moment', async () => {
    const found = await Promise.all(Array.from({ length: 50 }, () => reachability.isReachable()));
    assert.ok(found.every((one) => one));
    assert.equal(probes, 1);
  });

  it('tells all of them when it failed, as one failure', async () => {
    answers = false;
    const found = await Promise.all(Array.from({ length: 50 }, () => reachability.isReachable()));
    assert.ok(found.every((one) => !one));
    ms += 2000;
    assert.equal(reachability.isPaused(), false, 'the first pause is 2 s, however many waited');
  });

  it('is not reachable once something else failed, whatever it knew', async () => {
    await reachability.isReachable();
    reachability.noteFailed('ECONNREFUSED');
    answers = false;
    assert.equal(await reachability.isReachable(), false);
    assert.equal(probes, 1, 'and nobody asks in the pause');
  });

  it('doubles its pauses from 2 s to a minute', async () => {
    answers = false;
    const pauses: number[] = [];
    for (let failure = 0; failure < 8; failure++) {
      await reachability.isReachable();
      const began = ms;
      while (reachability.isPaused()) ms += 500;
      pauses.push((ms - began) / 1000);
    }
    assert.deepEqual(pauses, [2, 4, 8, 16, 32, 60, 60, 60]);
    assert.equal(probes, 8);
  });

  it('begins with 2 s again once the issuer answered', async () => {
    answers = false;
    for (let failure = 0; failure < 5; failure++) {
      await reachability.isReachable();
      while (reachability.isPaused()) ms += 500;
    }
    answers = true;
    await reachability.isReachable();
    reachability.noteFailed('ECONNREFUSED');
    ms += 2000;
    assert.equal(reachability.isPaused(), false);
  });

  it('does not lengthen the pause by what fails during it', () => {
    for (let failure = 0; failure < 100; failure++) reachability.noteFailed('ECONNREFUSED');
    ms += 2000;
    assert.equal(reachability.isPaused(), false);
    reachability.noteFailed('ECONNREFUSED');
    ms += 3999;
    assert.equal(reachability.isPaused(), true);
    ms += 1;
    assert.equal(reachability.isPaused(), false);
  });

  it('gives the probe one second', async () => {
    const signals: AbortSignal[] = [];
    const slow = new ProviderReachability({
      probe: (signal) =>
        new Promise((_resolve, reject) => {
          signals.push(signal);
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    const began = performance.now();
    // The limit's timer alone does not keep Node alive.
    const awake = setInterval(() => undefined, 100);
    assert.equal(await slow.isReachable(), false);
    clearInterval(awake);
    assert.ok(performance.now() - began > 900);
    assert.equal(signals[0]?.aborted, true);
  });
});
