import { hkdfSync } from 'node:crypto';

/** What a derived key is for. A key is never used for two purposes. */
type Purpose = 'seal' | 'session names' | 'client secret' | 'csrf' | 'rate limit names' | 'secret key check';

/**
 * The one secret of an installation (`SECRET_KEY`). It is never used itself: each purpose gets a key of its own by
 * HKDF-SHA256 (RFC 5869).
 */
export class SecretKey {
  readonly #secret: Buffer;

  /** @param secret at least 32 bytes of randomness */
  constructor(secret: Buffer) {
    if (secret.length < 32) throw new RangeError('a secret key has at least 32 bytes');
    this.#secret = Buffer.from(secret);
  }

  /** 32 bytes, always the same for one purpose. */
  derive(purpose: Purpose): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, 'latchkey', purpose, 32));
  }
}
