import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether the answer to a request is to be the page of a tab: not an image, script or frame of another page, nor
 * something that is loaded in advance. A browser that does not say is believed.
 * @see Fetch Metadata Request Headers, sections 2.1 and 2.2
 */
export const opensPage = (headers: IncomingHttpHeaders): boolean => {
  const { 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-dest': dest = 'document' } = headers;
  return mode === 'navigate' && dest === 'document' && headers['sec-purpose'] === undefined;
};
