import { ownCookie, ownCookiesWith } from '../cookies/cookie-header.ts';
import type { CookieNames, CookieWriter } from '../cookies/cookies.ts';
import type { Sealer } from '../secrets/sealer.ts';
import {
  attemptBegunAt,
  attemptCookieSeconds,
  attemptIdOf,
  attemptNumberOf,
  attemptSeconds,
  openAttempt,
  sealAttempt,
  type Attempt,
} from './attempt.ts';

const mostAttempts = 5;
/** No more are looked at, or taken back in one answer: somebody could send hundreds. */
const mostPresent = 20;
/** A line of cookies that is longer than 8 KB is refused by many servers. */
const mostAttemptBytes = 5000;
/** Of one with the longest return path and the most hints. */
const longestAttemptBytes = 2200;

/** What the cookie of a callback's `state` says. */
export type FoundAttempt =
  | { readonly kind: 'attempt'; readonly attempt: Attempt }
  /** Ours, and older than ten minutes. */
  | { readonly kind: 'expired'; readonly attempt: Attempt }
  /** There is a cookie, and it does not open: another secret sealed it, or somebody wrote it. */
  | { readonly kind: 'unreadable'; readonly number: 1 | 2 }
  | { readonly kind: 'none' };

/** Keeps the sign-ins that are under way in a browser, one cookie each, so that tabs do not disturb each other. */
export class AttemptCookies {
  readonly #names: CookieNames;
  readonly #cookies: CookieWriter;
  readonly #sealer: Sealer;

  constructor(names: CookieNames, cookies: CookieWriter, sealer: Sealer) {
    this.#names = names;
    this.#cookies = cookies;
    this.#sealer = sealer;
  }

  /** Whether one more fits without taking the way back from another that is under way. */
  hasRoom(cookieHeader: string | null, nowSeconds: number): boolean {
    const underWay = this.#present(cookieHeader).filter(
      ({ begunAt }) => begunAt <= nowSeconds + 60 && nowSeconds < begunAt + attemptSeconds + 60,
    );
    return underWay.length < mostAttempts && sizeOf(underWay) + longestAttemptBytes <= mostAttemptBytes;
  }

  /**
   * The cookie of a new attempt, and the removal of the oldest ones where there are too many. Ids tell their age to the minute;
   * within one, browsers send cookies of one path in the order in which they were made (RFC 6265, section 5.4).
   */
  keep(attempt: Attempt, cookieHeader: string | null): string[] {
    const sealed = sealAttempt(this.#sealer, attempt);
    const kept = this.#present(cookieHeader).toSorted((one, other) => one.begunAt - other.begunAt);
    const removed: string[] = [];
    while (kept.length >= mostAttempts || sizeOf(kept) + sealed.length > mostAttemptBytes) {
      const oldest = kept.shift();
      if (oldest === undefined) break;
      removed.push(this.#cookies.clear(oldest.name));
    }
    const id = attemptIdOf(attempt.state) ?? '';
    return [...removed, this.#cookies.set(this.#names.attemptPrefix + id, sealed, attemptCookieSeconds, 'by servers')];
  }

  find(state: string, cookieHeader: string | null, nowSeconds: number): FoundAttempt {
    const id = attemptIdOf(state);
    if (id === undefined) return { kind: 'none' };
    const cookie = ownCookie(cookieHeader, this.#names.attemptPrefix + id);
    if (cookie === undefined) return { kind: 'none' };
    const attempt = openAttempt(this.#sealer, cookie, state);
    if (attempt === undefined) return { kind: 'unreadable', number: attemptNumberOf(id) };
    return { kind: nowSeconds < attempt.begunAt + attemptSeconds ? 'attempt' : 'expired', attempt };
  }

  #present(cookieHeader: string | null): PresentAttempt[] {
    const prefix = this.#names.attemptPrefix;
    return ownCookiesWith(cookieHeader, prefix, mostPresent).map(([name, value]) => ({
      name,
      bytes: name.length + value.length,
      begunAt: attemptBegunAt(name.slice(prefix.length)),
    }));
  }

  clear(state: string): string[] {
    const id = attemptIdOf(state);
    return id === undefined ? [] : [this.#cookies.clear(this.#names.attemptPrefix + id)];
  }
}

/** A cookie of an attempt, as its name alone tells. */
interface PresentAttempt {
  readonly name: string;
  readonly bytes: number;
  readonly begunAt: number;
}

const sizeOf = (attempts: readonly PresentAttempt[]): number => attempts.reduce((sum, { bytes }) => sum + bytes, 0);
