import { errors, Provider } from 'oidc-provider';

/** A stranger began too much. At `/auth` a page, not a redirect, which would only bring the next attempt. */
export class TooManyRequests extends errors.CustomOIDCProviderError {
  override allow_redirect = false;
  override status = 429;
  override statusCode = 429;
}

/** @throws {TooManyRequests} where there is something to wait for, with Retry-After on the answer */
export const refuseTooMany = (retryAfterSeconds: number | undefined, description: string): void => {
  if (retryAfterSeconds === undefined) return;
  Provider.ctx?.set('Retry-After', String(retryAfterSeconds));
  throw new TooManyRequests('temporarily_unavailable', description);
};
