/** Whose work it is: hashing is dear, so it waits in a queue that no single network can fill. */
export interface HashingTurn {
  /** Those who share it share their places in the queue, e.g. a network. */
  readonly key: string;
  /** Leaves the queue when it fires; a hash that has begun is finished. */
  readonly signal?: AbortSignal | undefined;
}

/** Turns passwords into strings that can be stored, and checks them. Each call waits for its turn. */
export interface PasswordHasher {
  /**
   * A PHC string.
   * @throws {PasswordError} without hashing, where the password cannot be one
   * @throws {BusyError} also the signal's reason, when the turn never came
   */
  hash(password: string, turn?: HashingTurn): Promise<string>;
  /**
   * Whether this password made that PHC string. Costs one hash in every case: without a string (an account that is
   * unknown, disabled or has no password), and with a password that nobody can have, it hashes something else and
   * answers false, so that the time tells nothing.
   * @throws {BusyError} also the signal's reason, when the turn never came
   */
  verify(password: string, phc: string | undefined, turn: HashingTurn): Promise<boolean>;
  /** Whether the string was made with other parameters than a new one would be. */
  needsRehash(phc: string): boolean;
}

export type PasswordErrorCode = 'ERR_PASSWORD_EMPTY' | 'ERR_PASSWORD_TOO_LONG' | 'ERR_PASSWORD_MALFORMED';

/** Why something cannot be a password at all. The message never holds it. */
export class PasswordError extends Error {
  override readonly name = 'PasswordError';
  readonly code: PasswordErrorCode;

  constructor(code: PasswordErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Too much is being hashed already: nothing was done, and asking again soon is welcome (503 with Retry-After). */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  readonly code = 'ERR_BUSY';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('too many passwords are being checked at this moment');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
