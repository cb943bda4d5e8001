export type ApplicationKindErrorCode = 'ERR_LOCAL_FOLDER' | 'ERR_SETTINGS_FILE' | 'ERR_USER_ROWS';

/** Why something at the application's side could not be read or written. The message holds no secret and nothing of a user. */
export class ApplicationKindError extends Error {
  override readonly name = 'ApplicationKindError';
  readonly code: ApplicationKindErrorCode;

  constructor(code: ApplicationKindErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
