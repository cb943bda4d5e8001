export interface ReachabilityOptions {
  /** Asks the issuer for something small; rejects when it does not answer. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonicMs?: () => number;
  /** Told once when the issuer stops answering, with the reason, and once when it answers again. */
  readonly onChange?: (answers: boolean, reason: string) => void;
}

/** Whether a page is to be shown, which works without the issuer, or a person clicked and waits for nothing else. */
export type ReachabilityAsker = 'page' | 'click';

const freshMs = 60_000;
const probeLimitsMs: Readonly<Record<ReachabilityAsker, number>> = { page: 1000, click: 2000 };
const firstPauseMs = 2000;
const longestPauseMs = 60_000;

/**
 * Whether this server reached the issuer in the last minute. What one request learns serves all: one probe at a time, and
 * after a failure growing pauses (2 s to 1 min) in which only a click asks.
 */
export class ProviderReachability {
  readonly #probe: ReachabilityOptions['probe'];
  readonly #monotonicMs: () => number;
  readonly #onChange: NonNullable<ReachabilityOptions['onChange']>;
  #answers = true;
  #reachedAtMs: number | undefined;
  #pausedUntilMs: number | undefined;
  #pauseMs = firstPauseMs;
  readonly #probing = new Map<ReachabilityAsker, Promise<boolean>>();

  constructor({ probe, monotonicMs = () => performance.now(), onChange = () => {} }: ReachabilityOptions) {
    this.#probe = probe;
    this.#onChange = onChange;
    this.#monotonicMs = monotonicMs;
  }

  noteReached(): void {
    this.#reachedAtMs = this.#monotonicMs();
    this.#pausedUntilMs = undefined;
    this.#pauseMs = firstPauseMs;
    if (!this.#answers) this.#onChange(true, '');
    this.#answers = true;
  }

  noteFailed(reason: string): void {
    this.#reachedAtMs = undefined;
    if (this.#answers) this.#onChange(false, reason);
    this.#answers = false;
    const now = this.#monotonicMs();
    if (this.isPaused()) return; // of many that failed together one lengthens the pause
    this.#pausedUntilMs = now + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  /** Whether the issuer did not answer just now, so that nothing is asked yet. */
  isPaused(): boolean {
    return this.#pausedUntilMs !== undefined && this.#monotonicMs() < this.#pausedUntilMs;
  }

  /**
   * Whether it is worth sending a browser there. Probes when nothing is known, for one second at most before a page and two
   * after a click. A click asks in a pause too: the issuer may be back, and the person knows it.
   */
  async isReachable(asker: ReachabilityAsker = 'page'): Promise<boolean> {
    if (this.#reachedAtMs !== undefined && this.#monotonicMs() - this.#reachedAtMs < freshMs) return true;
    if (asker === 'page' && this.isPaused()) return false;
    const underWay = this.#probing.get(asker);
    if (underWay !== undefined) return underWay;
    const probing = this.#askOnce(probeLimitsMs[asker]).finally(() => this.#probing.delete(asker));
    this.#probing.set(asker, probing);
    return probing;
  }

  async #askOnce(limitMs: number): Promise<boolean> {
    try {
      await this.#probe(AbortSignal.timeout(limitMs));
      this.noteReached();
      return true;
    } catch (error) {
      this.noteFailed(reasonOf(error));
      return false;
    }
  }
}

/** Such as `ECONNREFUSED`: what fetch itself says is always the same. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const cause = error.cause instanceof Error ? error.cause : undefined;
  if (cause !== undefined && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause === undefined ? error.message : cause.message;
};
