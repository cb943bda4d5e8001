export type ApplicationErrorCode =
  | 'ERR_APPLICATION_KIND'
  | 'ERR_APPLICATION_URL'
  | 'ERR_CLIENT_ID_NEEDED'
  | 'ERR_CLIENT_OF_ANOTHER'
  | 'ERR_CLIENT_DISABLED'
  | 'ERR_SECRET_NEEDED';

/** Why an application was not connected. The message holds no secret. */
export class ApplicationError extends Error {
  override readonly name = 'ApplicationError';
  readonly code: ApplicationErrorCode;

  constructor(code: ApplicationErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
