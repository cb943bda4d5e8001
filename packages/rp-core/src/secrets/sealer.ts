import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;

/**
 * Seals what travels through the browser or lies in a store: AES-256-GCM under a key of its own for each purpose, bound
 * to a context, so that a text sealed for one use opens in no other.
 */
export class Sealer {
  readonly #key: Buffer;

  /** @param secret of the application, the same in all its processes; 32 bytes at least */
  constructor(secret: Buffer, purpose: string) {
    if (secret.length < 32) throw new RangeError('the cookie secret must have 32 bytes at least');
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', `latchkey relying party ${purpose}`, 32));
  }

  /** @param context what the text belongs to, such as a session; opening needs the same */
  seal(text: string, context: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(context));
    const sealed = [cipher.update(text, 'utf8'), cipher.final()];
    return Buffer.concat([iv, ...sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** @returns undefined when the text was not sealed here for this context */
  open(sealed: string, context: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < ivBytes + tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-tagBytes));
    try {
      const opened = [decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()];
      return Buffer.concat(opened).toString('utf8');
    } catch {
      return undefined; // the one reason for which final() throws: the tag does not fit
    }
  }
}
