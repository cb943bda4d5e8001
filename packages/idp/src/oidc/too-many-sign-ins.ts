import { errors } from 'oidc-provider';

/** Too many sign-ins were begun from this network: a page, not a redirect, which would only bring the next attempt. */
export class TooManySignIns extends errors.CustomOIDCProviderError {
  override allow_redirect = false;
  override status = 429;
  override statusCode = 429;

  constructor() {
    super('temporarily_unavailable', 'too many sign-ins were begun from this network');
  }
}
