import { escapeHtml } from '../pages/escape-html.ts';
import type { Visit } from '../signed-in-state/visits.ts';
import { html, json } from '../answers.ts';
import type { EndpointParts } from './endpoint-parts.ts';

/** What the session check script shows: the line that says who is signed in. */
export type Chrome =
  | {
      readonly signedIn: true;
      readonly name: string;
      readonly username: string;
      /** For the sign-out form. */
      readonly csrf: string;
      /** A silent check in the frame would be worth it. */
      readonly ask?: true;
    }
  | { readonly signedIn: false; readonly ask?: true };

/**
 * `GET chrome`: uncached, for this origin's own scripts alone. The header that they send cannot be sent from another
 * origin without asking first (CORS), and that is answered to nobody.
 */
export const showChrome = async (request: Request, parts: EndpointParts): Promise<Response> => {
  const site = request.headers.get('sec-fetch-site');
  if (request.headers.get('x-latchkey') !== '1' || (site !== null && site !== 'same-origin')) {
    return json({ error: 'only scripts of this site may ask, with X-Latchkey: 1' }, [], 403);
  }
  const visit = await parts.visits.recognise(request, undefined);
  if (visit.kind === 'sent-off') return visit.response;
  return json(await chromeOf(visit, parts), visit.setCookies);
};

/** Where the frame itself says "ask", nothing was found out just now, and the script's next page asks again. */
export const chromeOf = async (
  visit: Exclude<Visit, { readonly kind: 'sent-off' }>,
  { findPerson, formTokens }: EndpointParts,
): Promise<Chrome> => {
  const ask = visit.ask ? { ask: true as const } : {};
  const person = visit.kind === 'signed-in' ? await findPerson(visit.session.localUserId) : undefined;
  if (visit.kind !== 'signed-in' || person === undefined) return { signedIn: false, ...ask };
  return { signedIn: true, ...person, csrf: formTokens.tokenFor(visit.session.idHash), ...ask };
};

/** What the script reads from its frame; it needs no script of its own. */
export const frameDocument = (chrome: Chrome, setCookies: readonly string[]): Response =>
  html(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Session</title></head><body data-latchkey-chrome="${escapeHtml(JSON.stringify(chrome))}"></body></html>`,
    { setCookies, ancestors: "'self'" },
  );
