import type { IncomingMessage } from 'node:http';

/** The values of a cookie as the browser sent them. */
export const cookiesOf = (request: IncomingMessage, name: string): string[] =>
  (request.headers.cookie ?? '')
    .split('; ')
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
