export type DatabaseErrorCode =
  | 'ERR_DATABASE_DAMAGED'
  | 'ERR_DATABASE_IN_USE'
  | 'ERR_DATABASE_NEWER'
  | 'ERR_DATABASE_REFUSED'
  | 'ERR_DATABASE_TOO_OLD'
  | 'ERR_DATABASE_UNAVAILABLE'
  | 'ERR_DATA_DIR'
  | 'ERR_DISK_FULL'
  | 'ERR_MIGRATION_FAILED';

/** What is wrong with the database as a whole, in one line for the operator. The message never holds a password. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
