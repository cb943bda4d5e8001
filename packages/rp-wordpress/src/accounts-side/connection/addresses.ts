import type { AddressOptions, ApplicationAddresses } from '@latchkey/application-kind';

/**
 * The plugin answers below `/latchkey/`, early and whether permalinks are on or off: WordPress's usual rewrite rules hand every
 * path that names no file to its index.php. Where they are missing, index.php is named and the rest follows it.
 */
export function wordpressAddresses(home: URL, { rewriting }: AddressOptions): ApplicationAddresses {
  const base = `${homeText(home)}${rewriting ? '' : '/index.php'}/latchkey`;
  return {
    callback: `${base}/callback`,
    signedOut: `${base}/signed-out`,
    backchannel: `${base}/backchannel`,
    events: `${base}/events`,
    check: `${base}/check`,
  };
}

/** The home address as WordPress writes it: without a slash at the end. */
export const homeText = (home: URL): string => home.href.replace(/\/$/, '');
