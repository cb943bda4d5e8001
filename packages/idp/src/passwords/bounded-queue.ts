import { BusyError } from '../domain/sign-in/password-hasher.ts';
import type { HashingTurn } from '../domain/sign-in/password-hasher.ts';

export interface BoundedQueueOptions {
  /**
   * How much runs at once. More than there are cores only adds waiting, and each hash holds a thread of libuv's pool
   * (4 unless UV_THREADPOOL_SIZE says otherwise): stay below that, or files and host names have to wait too.
   */
  readonly concurrency: number;
  /** How many may wait; the next is refused. Default 100. */
  readonly maxWaiting?: number;
  /** How long one may wait, in milliseconds. Default 10000: nobody looks at a blank page for longer. */
  readonly maxWaitMs?: number;
}

interface Waiting {
  readonly key: string;
  /** Called once the place is theirs. */
  readonly start: () => void;
}

/** When the queue is full it is empty again within seconds: a hash takes some 20 ms. */
const retryAfterSeconds = 5;

/**
 * Lets so many run at once and so many wait, first come, first served. One key holds at most half of the waiting
 * places, so that no single network can fill them.
 */
export class BoundedQueue {
  readonly #concurrency: number;
  readonly #maxWaiting: number;
  readonly #maxWaitMs: number;
  readonly #waiting = new Set<Waiting>();
  readonly #waitingByKey = new Map<string, number>();
  #running = 0;

  constructor({ concurrency, maxWaiting = 100, maxWaitMs = 10_000 }: BoundedQueueOptions) {
    this.#concurrency = concurrency;
    this.#maxWaiting = maxWaiting;
    this.#maxWaitMs = maxWaitMs;
  }

  /**
   * Runs the work when its turn has come and answers what it answers.
   * @throws {BusyError} when there is no place to wait, or the wait was too long; the work did not run
   * @throws the signal's reason when it fired before the work began
   */
  async run<T>(work: () => Promise<T>, turn: HashingTurn): Promise<T> {
    turn.signal?.throwIfAborted();
    if (this.#running < this.#concurrency) this.#running += 1;
    else await this.#wait(turn);
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  async #wait({ key, signal }: HashingTurn): Promise<void> {
    const ofKey = this.#waitingByKey.get(key) ?? 0;
    const share = Math.max(1, Math.floor(this.#maxWaiting / 2));
    if (this.#waiting.size >= this.#maxWaiting || ofKey >= share) throw new BusyError(retryAfterSeconds);

    const turn = Promise.withResolvers<void>();
    const waiting: Waiting = { key, start: turn.resolve };
    // Left at once, not when the promise is noticed: a place that is handed on to somebody who has gone is lost.
    const giveUp = (reason: Error): void => {
      if (this.#leave(waiting)) turn.reject(reason);
    };
    const onAbort = (): void => giveUp(signal?.reason);
    const timer = setTimeout(() => giveUp(new BusyError(retryAfterSeconds)), this.#maxWaitMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(waiting);
    this.#waitingByKey.set(key, ofKey + 1);
    try {
      await turn.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** False when it was not waiting any more. */
  #leave(waiting: Waiting): boolean {
    if (!this.#waiting.delete(waiting)) return false;
    const left = (this.#waitingByKey.get(waiting.key) ?? 1) - 1;
    if (left > 0) this.#waitingByKey.set(waiting.key, left);
    else this.#waitingByKey.delete(waiting.key);
    return true;
  }

  /** The place goes to whoever waits longest, without being free in between. */
  #passOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#leave(next);
    next.start();
  }
}
