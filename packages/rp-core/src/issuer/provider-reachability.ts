export interface ReachabilityOptions {
  /** Asks the issuer for something small; rejects when it does not answer. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonicMs?: () => number;
}

const freshMs = 60_000;
const probeLimitMs = 1000;
const firstPauseMs = 2000;
const longestPauseMs = 60_000;

/**
 * Whether this server reached the issuer in the last minute. What one request learns serves all: one probe at a time, and
 * after a failure growing pauses (2 s to 1 min) in which nobody asks.
 */
export class ProviderReachability {
  readonly #probe: ReachabilityOptions['probe'];
  readonly #monotonicMs: () => number;
  #reachedAtMs: number | undefined;
  #pausedUntilMs: number | undefined;
  #pauseMs = firstPauseMs;
  #probing: Promise<boolean> | undefined;

  constructor({ probe, monotonicMs = () => performance.now() }: ReachabilityOptions) {
    this.#probe = probe;
    this.#monotonicMs = monotonicMs;
  }

  noteReached(): void {
    this.#reachedAtMs = this.#monotonicMs();
    this.#pausedUntilMs = undefined;
    this.#pauseMs = firstPauseMs;
  }

  noteFailed(): void {
    this.#reachedAtMs = undefined;
    const now = this.#monotonicMs();
    if (this.isPaused()) return; // of many that failed together one lengthens the pause
    this.#pausedUntilMs = now + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  /** Whether the issuer did not answer just now, so that nothing is asked yet. */
  isPaused(): boolean {
    return this.#pausedUntilMs !== undefined && this.#monotonicMs() < this.#pausedUntilMs;
  }

  /** Whether it is worth sending a browser there. Probes, for one second at most, when nothing is known. */
  async isReachable(): Promise<boolean> {
    if (this.#reachedAtMs !== undefined && this.#monotonicMs() - this.#reachedAtMs < freshMs) return true;
    if (this.isPaused()) return false;
    this.#probing ??= this.#askOnce().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  async #askOnce(): Promise<boolean> {
    try {
      await this.#probe(AbortSignal.timeout(probeLimitMs));
      this.noteReached();
      return true;
    } catch {
      this.noteFailed(); // why it does not answer makes no difference here; whoever needs the answer reports it
      return false;
    }
  }
}
