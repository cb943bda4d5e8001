import { createHmac } from 'node:crypto';

/**
 * Client secrets are 256 random bits, so a fast keyed hash is enough to store them (unlike passwords, which people
 * choose): HMAC-SHA256.
 */
export class ClientSecretHasher {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  hash(secret: string): Buffer {
    return createHmac('sha256', this.#key).update(secret, 'utf8').digest();
  }
}
