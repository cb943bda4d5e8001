import { cookiesOf } from './cookies.ts';
import { listen, type Listening } from './listen.ts';

/** Cookies ignore ports, so what the issuer sets on this host the application sees too, as it does below one domain. */
export const ISSUER_SESSION = 'issuer-session';
export const HINT = 'latchkey-hint';

export interface StandInIssuer extends Listening {
  readonly origin: string;
  /** How often it was asked who is signed in. */
  readonly asked: () => number;
}

/**
 * Stands in for the provider as far as a silent check sees it: it answers with redirects only, puts the hint right, and
 * no frame may show it. Who is signed in stands in its cookie as it is: this one is not about security.
 */
export const startStandInIssuer = async (): Promise<StandInIssuer> => {
  let asked = 0;
  const listening = await listen((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname !== '/authorize') {
      response.writeHead(404).end();
      return;
    }
    asked += 1;
    const [person] = cookiesOf(request, ISSUER_SESSION);
    const back = new URL(url.searchParams.get('return_to') ?? '');
    back.searchParams.set('state', url.searchParams.get('state') ?? '');
    if (person) back.searchParams.set('person', person);
    else back.searchParams.set('error', 'login_required');
    const hint = person ? `${HINT}=hint-of-${person}; Path=/; SameSite=Lax` : `${HINT}=; Path=/; Max-Age=0`;
    response
      .writeHead(303, {
        Location: back.href,
        'Set-Cookie': hint,
        'Cache-Control': 'no-store',
        'Content-Security-Policy': "frame-ancestors 'none'",
      })
      .end();
  });
  return { ...listening, origin: `http://127.0.0.1:${listening.port}`, asked: () => asked };
};
