import type { Messages } from '../messages/messages.ts';

/** What every page shows of the organisation, and where its assets are. */
export interface Site {
  readonly organisationName: string;
  /** A path on this origin, or an https URL whose origin the page's `img-src` allows. */
  readonly logoUrl: string;
  readonly faviconPath: string;
  readonly stylesheetPath: string;
  /** The issuer's host with its port, for the footer. */
  readonly issuerHost: string;
}

/** What every page function is given. */
export interface PageContext {
  readonly messages: Messages;
  readonly site: Site;
}

/** How a page names a person; an `Account` fits. */
export interface PersonName {
  readonly username: string;
  /** The display name, if the person has one. */
  readonly name: string | undefined;
}
