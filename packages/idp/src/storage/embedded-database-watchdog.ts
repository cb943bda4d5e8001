import { Worker } from 'node:worker_threads';
import { cell, cellCount, type WatchOrder } from './embedded-database-watch-order.ts';

export interface WatchdogOptions {
  /** How long one answer may take before the process is given up. */
  readonly limitMs: number;
  /** Called when an answer takes longer while the event loop still turns; must end the process. */
  readonly onFatal: (reason: string) => void;
}

/**
 * Ends a process whose embedded database does not answer. Once it cannot extend its log no answer comes any more, and as
 * it runs on the thread of its caller, a call may also hold that thread, where no timer fires then. So a thread of its
 * own looks on: it asks this thread to end the process with a reason, and kills it where this thread does not hear that.
 */
export class EmbeddedDatabaseWatchdog {
  readonly #shared = new Int32Array(new SharedArrayBuffer(cellCount * Int32Array.BYTES_PER_ELEMENT));
  readonly #limitMs: number;
  readonly #worker: Worker;
  #pending = 0;
  #call = 0;

  constructor({ limitMs, onFatal }: WatchdogOptions) {
    this.#limitMs = limitMs;
    Atomics.store(this.#shared, cell.limitMs, limitMs);
    const order: WatchOrder = { shared: this.#shared };
    this.#worker = new Worker(new URL('./embedded-database-watchdog-thread.ts', import.meta.url), {
      workerData: order,
    });
    this.#worker.unref();
    this.#worker.on('message', (reason: string) => {
      Atomics.store(this.#shared, cell.heard, 1);
      onFatal(reason);
    });
  }

  /** Begins the wait for one answer; the function returned ends it. */
  begin(): () => void {
    this.#pending += 1;
    this.#progress();
    return () => {
      this.#pending -= 1;
      this.#progress();
    };
  }

  async watch<T>(work: () => PromiseLike<T>): Promise<T> {
    const end = this.begin();
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Runs work in which each answer may take longer, such as a migration. */
  async withLimit<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
    Atomics.store(this.#shared, cell.limitMs, limitMs);
    try {
      return await work();
    } finally {
      Atomics.store(this.#shared, cell.limitMs, this.#limitMs);
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #progress(): void {
    this.#call = (this.#call % 0x7fff_ffff) + 1;
    Atomics.store(this.#shared, cell.call, this.#pending === 0 ? 0 : this.#call);
  }
}
