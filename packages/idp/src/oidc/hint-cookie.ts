import type { Context } from 'koa';
import type { SessionNames } from '../secrets/session-names.ts';

/**
 * The hint tells applications under the same domain that somebody is signed in here, and when that changed. It is no
 * credential and never proof: any sibling host can forge it (docs/architecture.md, cookies).
 */
export class HintCookie {
  readonly #names: SessionNames;
  readonly #cookie: HintCookieSettings | undefined;

  /** @param cookie undefined: no hint is set */
  constructor(names: SessionNames, cookie: HintCookieSettings | undefined) {
    this.#names = names;
    this.#cookie = cookie;
  }

  /** The value that answers for this session; the ID token carries it as `latchkey_hint`. */
  valueFor(sessionUid: string, accountId: string): string | undefined {
    return this.#cookie && this.#names.hint(sessionUid, accountId);
  }

  /** Sets the cookie where it differs from what the browser sent. */
  set(ctx: Context, session: { readonly uid: string; readonly accountId: string; readonly expiresAt: Date }): void {
    const value = this.valueFor(session.uid, session.accountId);
    if (this.#cookie === undefined || value === undefined || this.#sent(ctx) === value) return;
    ctx.append('Set-Cookie', this.#serialize(value, session.expiresAt));
  }

  /** Takes the cookie back where the browser sent one. */
  clear(ctx: Context): void {
    if (this.#cookie === undefined || this.#sent(ctx) === undefined) return;
    ctx.append('Set-Cookie', this.#serialize('', new Date(0)));
  }

  /** The one value that the browser sent; '' when it sent the name more than once. */
  #sent(ctx: Context): string | undefined {
    const prefix = `${this.#cookie?.name}=`;
    const values = ctx
      .get('Cookie')
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(prefix))
      .map((pair) => pair.slice(prefix.length));
    return values.length > 1 ? '' : values[0];
  }

  #serialize(value: string, expires: Date): string {
    const { name, domain, secure } = this.#cookie ?? {};
    return [
      `${name}=${value}`,
      'Path=/',
      `Expires=${expires.toUTCString()}`,
      ...(domain === undefined ? [] : [`Domain=${domain}`]),
      ...(secure === true ? ['Secure'] : []),
      'SameSite=Lax',
    ].join('; ');
  }
}

export interface HintCookieSettings {
  readonly name: string;
  readonly domain: string | undefined;
  readonly secure: boolean;
}

/**
 * With a domain: `__Secure-latchkey-hint` on it, or `latchkey-hint` where the issuer speaks http, on a name below
 * localhost. Without one, only an issuer on loopback http has a hint, host-only (cookies ignore ports, so the
 * applications on that host see it).
 */
export const hintCookieSettings = (issuer: URL, domain: string | undefined): HintCookieSettings | undefined => {
  if (issuer.protocol === 'http:') return { name: 'latchkey-hint', domain, secure: false };
  return domain === undefined ? undefined : { name: '__Secure-latchkey-hint', domain, secure: true };
};
