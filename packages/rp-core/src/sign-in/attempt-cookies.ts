import { cookieNamesWith, ownCookie } from '../cookies/cookie-header.ts';
import type { CookieNames, CookieWriter } from '../cookies/cookies.ts';
import type { Sealer } from '../secrets/sealer.ts';
import {
  attemptCookieSeconds,
  attemptIdOf,
  attemptNumberOf,
  attemptSeconds,
  openAttempt,
  sealAttempt,
  type Attempt,
} from './attempt.ts';

const mostAttempts = 5;
/** A line of cookies that is longer than 8 KB is refused by many servers. */
const mostAttemptBytes = 5000;

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

  /**
   * The cookie of a new attempt, and the removal of the oldest ones where there are too many. Ids do not tell their age,
   * but browsers send cookies of one path in the order in which they were made (RFC 6265, section 5.4).
   */
  keep(attempt: Attempt, cookieHeader: string | null): string[] {
    const sealed = sealAttempt(this.#sealer, attempt);
    const present = cookieNamesWith(cookieHeader, this.#names.attemptPrefix);
    const sizes = present.map((name) => name.length + (ownCookie(cookieHeader, name)?.length ?? 0));
    let kept = present.length;
    let bytes = sealed.length + sizes.reduce((sum, size) => sum + size, 0);
    const removed: string[] = [];
    for (const [at, name] of present.entries()) {
      if (kept < mostAttempts && bytes <= mostAttemptBytes) break;
      removed.push(this.#cookies.clear(name));
      kept -= 1;
      bytes -= sizes[at] ?? 0;
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

  clear(state: string): string[] {
    const id = attemptIdOf(state);
    return id === undefined ? [] : [this.#cookies.clear(this.#names.attemptPrefix + id)];
  }
}
