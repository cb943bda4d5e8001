/** So many points in a window that begins with the first of them. */
export interface Allowance {
  /** At most 255 characters. It is stored as it is: derive it so that it shows nothing about a person. */
  readonly key: string;
  readonly points: number;
  readonly windowSeconds: number;
}

/** A point that can be given back as long as its window lasts. */
export interface TakenPoint {
  readonly key: string;
  /** Tells the windows of one key apart. */
  readonly windowEndsAtMs: number;
}

export interface UsedUpAllowance {
  readonly key: string;
  /** Until its window ends; at least 1. */
  readonly endsInSeconds: number;
}

export type Taking =
  | { readonly kind: 'taken'; readonly points: readonly TakenPoint[] }
  /** Nothing was taken. Ordered: the one that lasts longest comes first. */
  | { readonly kind: 'used-up'; readonly usedUp: readonly [UsedUpAllowance, ...UsedUpAllowance[]] };

/** Counters that all processes share; windows go by the database's clock. */
export interface RateLimits {
  /** Takes a point from each allowance, or from none where one of them is used up, however many ask at once. */
  take(allowances: readonly Allowance[]): Promise<Taking>;
  /** Undoes a `take`; points whose window has ended stay where they are. */
  giveBack(points: readonly TakenPoint[]): Promise<void>;
  /** Forgets what these windows counted. */
  reset(points: readonly TakenPoint[]): Promise<void>;
}
