import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { BusyError } from '../../src/domain/sign-in/password-hasher.ts';
import { BoundedQueue } from '../../src/passwords/bounded-queue.ts';
import type { BoundedQueueOptions } from '../../src/passwords/bounded-queue.ts';

interface Job {
  readonly done: Promise<string>;
  readonly isRunning: () => boolean;
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
}

const unfinished: Job[] = [];

/** Starts jobs that run until they are told to end. */
class Jobs {
  readonly #queue: BoundedQueue;

  constructor(options: BoundedQueueOptions) {
    this.#queue = new BoundedQueue(options);
  }

  start(key: string, signal?: AbortSignal): Job {
    const work = Promise.withResolvers<string>();
    let running = false;
    const done = this.#queue.run(
      () => {
        running = true;
        return work.promise;
      },
      { key, signal },
    );
    // Some of them are refused before the test looks.
    done.catch(() => undefined);
    const job: Job = {
      done,
      isRunning: () => running,
      finish: () => work.resolve(key),
      fail: (error) => work.reject(error),
    };
    unfinished.push(job);
    return job;
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof BusyError && error.code === 'ERR_BUSY' && error.retryAfterSeconds > 0;

describe('BoundedQueue', () => {
  // Who still waits would hold the process until the longest wait is over.
  afterEach(() => {
    for (const job of unfinished.splice(0)) job.finish();
  });

  it('runs as many at once as it may and the others in the order in which they came', async () => {
    const jobs = new Jobs({ concurrency: 2 });
    const [a, b, c, d] = [jobs.start('a'), jobs.start('b'), jobs.start('c'), jobs.start('d')];
    await setImmediate();
    assert.deepEqual(
      [a, b, c, d].map((job) => job.isRunning()),
      [true, true, false, false],
    );
    b.finish();
    assert.equal(await b.done, 'b');
    await setImmediate();
    assert.deepEqual(
      [a, c, d].map((job) => job.isRunning()),
      [true, true, false],
    );
    a.finish();
    await setImmediate();
    assert.equal(d.isRunning(), true);
  });

  it('goes on after work that failed', async () => {
    const jobs = new Jobs({ concurrency: 1 });
    const [a, b] = [jobs.start('a'), jobs.start('b')];
    a.fail(new Error('no memory'));
    await assert.rejects(a.done, /no memory/);
    b.finish();
    assert.equal(await b.done, 'b');
  });

  it('refuses the one for whom there is no place to wait, and does not run it', async () => {
    const jobs = new Jobs({ concurrency: 1, maxWaiting: 4 });
    const running = jobs.start('a');
    const waiting = ['b', 'b', 'c', 'c'].map((key) => jobs.start(key));
    const refused = jobs.start('d');
    await assert.rejects(refused.done, isBusy);
    running.finish();
    for (const job of waiting) job.finish();
    await Promise.all(waiting.map((job) => job.done));
    assert.equal(refused.isRunning(), false);
  });

  it('refuses whoever holds half of the places already, while others still find one', async () => {
    const jobs = new Jobs({ concurrency: 1, maxWaiting: 4 });
    jobs.start('network a');
    jobs.start('network a');
    jobs.start('network a');
    await assert.rejects(jobs.start('network a').done, isBusy);
    const other = jobs.start('network b');
    await setImmediate();
    assert.equal(other.isRunning(), false);
    await assert.rejects(jobs.start('network a').done, isBusy);
  });

  it('counts a place as free again once its turn has come', async () => {
    const jobs = new Jobs({ concurrency: 1, maxWaiting: 2 });
    const first = jobs.start('a');
    const second = jobs.start('a');
    await assert.rejects(jobs.start('a').done, isBusy);
    first.finish();
    await setImmediate();
    assert.equal(second.isRunning(), true);
    const third = jobs.start('a');
    second.finish();
    third.finish();
    assert.equal(await third.done, 'a');
  });

  it('refuses who has waited too long', async () => {
    const jobs = new Jobs({ concurrency: 1, maxWaitMs: 5 });
    const running = jobs.start('a');
    const late = jobs.start('b');
    await assert.rejects(late.done, isBusy);
    running.finish();
    await running.done;
    assert.equal(late.isRunning(), false);
  });

  it('does not run who went away while waiting, and gives the place to the next', async () => {
    const jobs = new Jobs({ concurrency: 1, maxWaiting: 2 });
    const running = jobs.start('a');
    const leaving = new AbortController();
    const gone = jobs.start('b', leaving.signal);
    leaving.abort(new Error('the browser closed the connection'));
    await assert.rejects(gone.done, /closed the connection/);
    const next = jobs.start('b');
    running.finish();
    next.finish();
    assert.equal(await next.done, 'b');
    assert.equal(gone.isRunning(), false);
  });

  it('loses no place when who is next goes away in the moment in which the turn comes', async () => {
    for (let ticks = 0; ticks < 10; ticks += 1) {
      const jobs = new Jobs({ concurrency: 1 });
      const running = jobs.start('a');
      const leaving = new AbortController();
      const gone = jobs.start('b', leaving.signal);
      const next = jobs.start('c');
      running.finish();
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      leaving.abort(new Error('gone'));
      gone.finish();
      await setImmediate();
      assert.equal(next.isRunning(), true, `aborted after ${ticks} ticks`);
      next.finish();
      assert.equal(await next.done, 'c');
    }
  });

  it('does not begin for who went away before', async () => {
    const jobs = new Jobs({ concurrency: 1 });
    const gone = jobs.start('a', AbortSignal.abort(new Error('gone')));
    await assert.rejects(gone.done, /gone/);
    const next = jobs.start('b');
    await setImmediate();
    assert.equal(next.isRunning(), true);
  });

  it('finishes what has begun when its signal fires', async () => {
    const jobs = new Jobs({ concurrency: 1 });
    const leaving = new AbortController();
    const job = jobs.start('a', leaving.signal);
    leaving.abort(new Error('gone'));
    job.finish();
    assert.equal(await job.done, 'a');
  });
});
