import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Tokens against forged forms: each belongs to one local session and is good as long as that. */
export class FormTokens {
  readonly #key: Buffer;

  constructor(secret: Buffer) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'latchkey relying party form token', 32));
  }

  /** @param owner what the form belongs to: the session's id hash */
  tokenFor(owner: string): string {
    return this.#mac(owner).toString('base64url');
  }

  isGood(owner: string, token: string | undefined): boolean {
    const given = Buffer.from(token ?? '', 'base64url');
    const wanted = this.#mac(owner);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #mac(owner: string): Buffer {
    return createHmac('sha256', this.#key).update(owner).digest();
  }
}
