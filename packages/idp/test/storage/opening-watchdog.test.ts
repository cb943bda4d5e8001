import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedDatabaseWatchdog } from '../../src/storage/embedded-database-watchdog.ts';

const limitMs = 200;

describe('EmbeddedDatabaseWatchdog', () => {
  const watchdogs: EmbeddedDatabaseWatchdog[] = [];
  const start = () => {
    const reasons: string[] = [];
    let told = () => {};
    const fatal = new Promise<void>((resolve) => {
      told = resolve;
    });
    const onFatal = (reason: string) => {
      reasons.push(reason);
      told();
    };
    const watchdog = new EmbeddedDatabaseWatchdog({ limitMs, onFatal });
    watchdogs.push(watchdog);
    return { watchdog, reasons, fatal };
  };

  after(() => Promise.all(watchdogs.map((watchdog) => watchdog.stop())));

  it('tells the reason of a call that is never answered, once', { timeout: 10_000 }, async () => {
    const { watchdog, reasons, fatal } = start();
    void watchdog.watch(() => new Promise(() => {}));
    await fatal;
    await delay(3 * limitMs);
    assert.equal(reasons.length, 1);
    assert.match(reasons[0] ?? '', /has not answered for 0\.2 s/);
  });

  it('says nothing while many calls are answered, nor while there is none', async () => {
    const { watchdog, reasons } = start();
    const endMs = performance.now() + 4 * limitMs;
    while (performance.now() < endMs) await watchdog.watch(() => delay(20));
    await delay(3 * limitMs);
    assert.deepEqual(reasons, []);
  });

  it('gives a migration the time it is given', async () => {
    const { watchdog, reasons } = start();
    await watchdog.withLimit(60_000, () => watchdog.watch(() => delay(4 * limitMs)));
    assert.deepEqual(reasons, []);
  });

  it('passes on answers and errors', async () => {
    const { watchdog } = start();
    assert.equal(await watchdog.watch(() => Promise.resolve(42)), 42);
    await assert.rejects(
      watchdog.watch(() => Promise.reject(new Error('no'))),
      /^Error: no$/,
    );
  });
});
