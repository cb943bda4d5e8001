import { errors } from 'oidc-provider';

/** A sign-in was to begin in something that shows no page, such as an image of another page: nobody would see it. */
export class NotAPageVisit extends errors.InvalidRequest {
  override allow_redirect = false;

  constructor() {
    super('a sign-in begins only where the browser opens a page');
  }
}
