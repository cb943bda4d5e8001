import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Thrown when sealed bytes were changed, moved to another place, or sealed under another key. */
export class SealError extends Error {
  override readonly name = 'SealError';
  readonly code = 'ERR_SEAL';
}

/**
 * Seals what must be read again: AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D). The context (where the
 * value lives) is authenticated, so that a sealed value cannot be moved to another row.
 */
export class Sealer {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  seal(plain: string, context: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws {SealError} */
  open(sealed: Buffer, context: string): string {
    if (sealed[0] !== version || sealed.length < 1 + nonceBytes + tagBytes) throw new SealError('not a sealed value');
    const nonce = sealed.subarray(1, 1 + nonceBytes);
    const tag = sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes })
      .setAAD(Buffer.from(context))
      .setAuthTag(tag);
    try {
      return decipher.update(sealed.subarray(1 + nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new SealError('a sealed value does not open: SECRET_KEY differs from the one it was sealed with', {
        cause,
      });
    }
  }
}
