/** What people copy from the address bar instead: pages and folders of WordPress itself. */
const ownPlaces = /\/(?:wp-admin|wp-content|wp-includes|wp-json|wp-login\.php|xmlrpc\.php|index\.php)(?:\/|$)/;

/** See `ApplicationKind.homeFault`. */
export const homeFault = (home: URL): string | undefined =>
  ownPlaces.test(home.pathname)
    ? 'must be the home of the blog ("Site Address" in its general settings), not a page of WordPress below it'
    : undefined;
