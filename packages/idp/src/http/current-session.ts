import type { Context } from 'koa';
import type { Account } from '../domain/account/account.ts';
import type { AccountStore } from '../domain/account/account-store.ts';
import type { Session, SessionStore } from '../domain/session/session-store.ts';
import { tokenHash } from '../secrets/token-hash.ts';
import { singleCookie } from './cookie-header.ts';

export interface SignedIn {
  readonly session: Session;
  readonly account: Account;
}

/** Who is signed in at the issuer in the browser that asks. */
export class CurrentSession {
  readonly #sessions: SessionStore;
  readonly #accounts: AccountStore;
  readonly #cookieName: string;

  constructor(sessions: SessionStore, accounts: AccountStore, cookieName: string) {
    this.#sessions = sessions;
    this.#accounts = accounts;
    this.#cookieName = cookieName;
  }

  async find(ctx: Context): Promise<SignedIn | undefined> {
    const id = singleCookie(ctx.req.headers.cookie, this.#cookieName);
    const session = id === undefined ? undefined : await this.#sessions.findByIdHash(tokenHash(id));
    const account = session && (await this.#accounts.find(session.accountId));
    return session && account && { session, account };
  }

  /** Takes the cookie back from a browser whose session is over. */
  forget(ctx: Context): void {
    if (ctx.req.headers.cookie?.includes(this.#cookieName) !== true) return;
    const secure = this.#cookieName.startsWith('__Host-') ? '; Secure' : '';
    ctx.append(
      'Set-Cookie',
      `${this.#cookieName}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax${secure}`,
    );
  }
}
