import { randomBytes } from 'node:crypto';
import { argon2id, hash as argon2, verify as verifyArgon2 } from 'argon2';
import { lengthInCodePoints } from '../domain/account/printable-text.ts';
import { PasswordError } from '../domain/sign-in/password-hasher.ts';
import type { HashingTurn, PasswordHasher } from '../domain/sign-in/password-hasher.ts';
import type { BoundedQueue } from './bounded-queue.ts';
import { argon2idPrefix, formatArgon2id, isArgon2String } from './phc-string.ts';
import type { Argon2Cost } from './phc-string.ts';

/** Some 20 ms and 19 MiB: the least that OWASP's password storage advice asks of argon2id. */
const defaultCost: Argon2Cost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

/** In Unicode code points after normalisation, so at most 1024 bytes of UTF-8. */
const maxLength = 256;

const saltBytes = 16;
const hashBytes = 32;

/** What is hashed where there is nothing to compare with. Anything will do. */
const dummySalt = Buffer.alloc(saltBytes);
const dummyPassword = 'nobody has this password';

/** The form that is hashed, or why there is none. NFC: keyboards differ in how they compose the same character. */
const readPassword = (password: string): string | PasswordError => {
  if (password === '') return new PasswordError('ERR_PASSWORD_EMPTY', 'a password has at least one character');
  // Lone surrogates have no UTF-8; all of them would be hashed as the same character.
  if (!password.isWellFormed()) return new PasswordError('ERR_PASSWORD_MALFORMED', 'a password is well-formed text');
  // Normalising takes time, and makes a text at most three times shorter; what is far too long is refused before it.
  const normalized = password.length > 6 * maxLength ? undefined : password.normalize('NFC');
  if (normalized === undefined || lengthInCodePoints(normalized) > maxLength) {
    return new PasswordError('ERR_PASSWORD_TOO_LONG', `a password has at most ${maxLength} characters`);
  }
  return normalized;
};

/** Passwords as argon2id. Every hash, real or not, takes its turn in the queue. */
export class Argon2PasswordHasher implements PasswordHasher {
  readonly #queue: Pick<BoundedQueue, 'run'>;
  readonly #cost: Argon2Cost;

  constructor(queue: Pick<BoundedQueue, 'run'>, cost: Argon2Cost = defaultCost) {
    this.#queue = queue;
    this.#cost = cost;
  }

  async hash(password: string, turn: HashingTurn = { key: 'latchkey' }): Promise<string> {
    const normalized = readPassword(password);
    if (normalized instanceof PasswordError) throw normalized;
    const salt = randomBytes(saltBytes);
    const hash = await this.#queue.run(() => this.#argon2(normalized, salt), turn);
    return formatArgon2id(this.#cost, salt, hash);
  }

  async verify(password: string, phc: string | undefined, turn: HashingTurn): Promise<boolean> {
    const normalized = readPassword(password);
    if (normalized instanceof PasswordError || phc === undefined || !isArgon2String(phc)) {
      const something = normalized instanceof PasswordError ? dummyPassword : normalized;
      await this.#queue.run(() => this.#argon2(something, dummySalt), turn);
      return false;
    }
    return this.#queue.run(() => verifyArgon2(phc, normalized), turn);
  }

  needsRehash(phc: string): boolean {
    return !phc.startsWith(argon2idPrefix(this.#cost));
  }

  #argon2(password: string, salt: Buffer): Promise<Buffer> {
    const { memoryKiB, passes, lanes } = this.#cost;
    return argon2(password, {
      raw: true,
      type: argon2id,
      salt,
      hashLength: hashBytes,
      memoryCost: memoryKiB,
      timeCost: passes,
      parallelism: lanes,
    });
  }
}
