import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

const macBytes = 32;

/**
 * Tokens against forged forms: each belongs to one local session and is good as long as that. Every one looks different, so that
 * what a compressed page tells of its length says nothing about it (BREACH).
 */
export class FormTokens {
  readonly #key: Buffer;

  /** @param application what sets this application apart from others that might have the same secret */
  constructor(secret: Buffer, application: string) {
    this.#key = Buffer.from(
      hkdfSync('sha256', secret, '', `latchkey relying party ${application} form token`, macBytes),
    );
  }

  /** @param owner what the form belongs to: the session's id hash */
  tokenFor(owner: string): string {
    const mask = randomBytes(macBytes);
    return Buffer.concat([mask, xor(mask, this.#mac(owner))]).toString('base64url');
  }

  isGood(owner: string, token: string | undefined): boolean {
    const given = Buffer.from(token ?? '', 'base64url');
    if (given.length !== 2 * macBytes) return false;
    return timingSafeEqual(xor(given.subarray(0, macBytes), given.subarray(macBytes)), this.#mac(owner));
  }

  #mac(owner: string): Buffer {
    return createHmac('sha256', this.#key).update(owner).digest();
  }
}

const xor = (one: Buffer, other: Buffer): Buffer => Buffer.from(one.map((byte, at) => byte ^ (other[at] ?? 0)));
