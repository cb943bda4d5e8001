import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ProviderReachability } from '../../src/issuer/provider-reachability.ts';

describe('ProviderReachability, after a click', () => {
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

  it('asks in a pause, and an answer ends the pause for pages too', async () => {
    reachability.noteFailed('ECONNREFUSED');
    assert.equal(await reachability.isReachable('page'), false);
    assert.equal(probes, 0);
    assert.equal(await reachability.isReachable('click'), true);
    assert.equal(reachability.isPaused(), false);
    assert.equal(await reachability.isReachable('page'), true);
    assert.equal(probes, 1);
  });

  it('makes one probe for all who click at the same moment', async () => {
    answers = false;
    const found = await Promise.all(Array.from({ length: 50 }, () => reachability.isReachable('click')));
    assert.ok(found.every((one) => !one));
    assert.equal(probes, 1);
  });

  it('does not lengthen the pause of pages, however often it asks in vain', async () => {
    answers = false;
    reachability.noteFailed('ECONNREFUSED');
    for (let clicks = 0; clicks < 10; clicks += 1) await reachability.isReachable('click');
    ms += 2000;
    assert.equal(reachability.isPaused(), false);
  });

  it('needs no probe within a minute of the last answer', async () => {
    reachability.noteReached();
    ms += 59_999;
    assert.equal(await reachability.isReachable('click'), true);
    assert.equal(probes, 0);
  });

  it('waits longer than a page does', async () => {
    const limits: Promise<number>[] = [];
    const slow = new ProviderReachability({
      probe: (signal) => {
        const begunAt = performance.now();
        return new Promise((_resolve, reject) => {
          limits.push(
            new Promise((told) => {
              signal.addEventListener('abort', () => {
                told(performance.now() - begunAt);
                reject(new Error('too late'));
              });
            }),
          );
        });
      },
    });
    assert.deepEqual(await Promise.all([slow.isReachable('page'), slow.isReachable('click')]), [false, false]);
    const [page = 0, click = 0] = await Promise.all(limits);
    assert.ok(page > 900 && click > page + 900, `${page} ms, ${click} ms`);
  });
});
