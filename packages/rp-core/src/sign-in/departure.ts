import type { IssuerConnection } from '../issuer/issuer-connection.ts';
import type { CookieNames, CookieWriter } from '../cookies/cookies.ts';
import { ownCookie } from '../cookies/cookie-header.ts';
import type { Sealer } from '../secrets/sealer.ts';
import { readHints } from '../signed-in-state/hints.ts';
import {
  emptySilentMemory,
  openSilentMemory,
  quietHints,
  sealSilentMemory,
  withDeparture,
  type SilentMemory,
} from '../signed-in-state/silent-memory.ts';
import type { AttemptCookies } from './attempt-cookies.ts';
import { newAttempt, type Attempt } from './attempt.ts';
import { redirect } from '../answers.ts';

export interface DepartureParts {
  readonly issuer: Pick<IssuerConnection, 'authorizationUrl'>;
  readonly attempts: AttemptCookies;
  readonly names: CookieNames;
  readonly cookies: CookieWriter;
  readonly silentSealer: Sealer;
  readonly now: () => Date;
}

/** Sends browsers off to the issuer, and keeps what each browser's silent trips came to. */
export class Departure {
  readonly #parts: DepartureParts;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
  }

  /** @throws {IssuerError} when the issuer's addresses are not known */
  async begin(
    request: Request,
    how: Pick<Attempt, 'kind' | 'returnPath'> & Partial<Pick<Attempt, 'number' | 'hints'>>,
  ): Promise<Response> {
    const { issuer, attempts, names, now } = this.#parts;
    const cookieHeader = request.headers.get('cookie');
    const nowSeconds = now().getTime() / 1000;
    const attempt = newAttempt({ number: 1, hints: readHints(cookieHeader, names.hint), ...how }, nowSeconds);
    const url = await issuer.authorizationUrl(attempt);
    const silent = how.kind === 'interactive' ? [] : [this.remember(withDeparture(this.memory(request), nowSeconds))];
    return redirect(url, [...attempts.keep(attempt, cookieHeader), ...silent]);
  }

  /** Whether a silent trip would leave those alone that are under way: nobody asked for it, so it gives way. */
  hasRoom(request: Request): boolean {
    const { attempts, now } = this.#parts;
    return attempts.hasRoom(request.headers.get('cookie'), now().getTime() / 1000);
  }

  memory(request: Request): SilentMemory {
    const { names, silentSealer, now } = this.#parts;
    const cookie = ownCookie(request.headers.get('cookie'), names.silent);
    return cookie === undefined ? emptySilentMemory : openSilentMemory(silentSealer, cookie, now().getTime() / 1000);
  }

  /** The cookie that keeps a memory as long as anything in it counts. */
  remember(memory: SilentMemory): string {
    const { names, cookies, silentSealer, now } = this.#parts;
    const nowSeconds = now().getTime() / 1000;
    const lasting = [...quietHints(memory), ...memory.signedOutOf];
    const until = Math.max(nowSeconds + 600, ...lasting.map((entry) => entry.until));
    return cookies.set(names.silent, sealSilentMemory(silentSealer, memory), until - nowSeconds, 'by servers');
  }
}
