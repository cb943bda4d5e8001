import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { builtFile } from '../../build.ts';
import { cookiesOf } from './cookies.ts';
import { listen, type Listening } from './listen.ts';
import { HINT } from './stand-in-issuer.ts';

const SESSION = 'application-session';
const ATTEMPT = 'application-attempt';
const TRIED = 'application-tried';
export const MARKER = 'latchkey-here';

/** What the application knows people by; the key is what the issuer calls them. */
export const people: Readonly<Record<string, string>> = {
  alice: 'Alice Example',
  bertram: 'Bertram Example',
  mallory: '<img src=x onerror="document.title=\'taken over\'">',
};

interface Reply {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: string;
}

/** What a test lets go wrong; a part that is not set works. */
export interface Faults {
  chrome?: (request: IncomingMessage) => Reply;
  frame?: (request: IncomingMessage) => Reply | 'no answer';
  /** The state that the server claims to have rendered a page for. */
  renderedState?: () => string;
  /** Set with each rendered page, as a sibling host could. */
  renderedCookies?: () => string[];
}

export interface StandInApplication extends Listening {
  /** Requests that reached it, as `GET /page/1`, without queries. */
  readonly requests: string[];
  readonly faults: Faults;
  /** Ends all local sessions as a logout token would: the browsers' cookies stay. */
  readonly endAllSessions: () => void;
}

interface LocalSession {
  readonly person: string;
  readonly csrf: string;
  readonly hint: string;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const element = (session: LocalSession | undefined, state?: string): string => `
<div class="account" data-latchkey data-chrome="/latchkey/chrome" data-start="/latchkey/start?frame=1" data-hint="${HINT}" data-marker="${MARKER}"${state === undefined ? '' : ` data-state="${escaped(state)}"`}>
  <span data-latchkey-out${session ? ' hidden' : ''}><a href="/latchkey/start?to=%2F">Sign in</a></span>
  <span data-latchkey-in${session ? '' : ' hidden'}>
    <span data-latchkey-name>${escaped(people[session?.person ?? ''] ?? '')}</span>
    <form method="post" action="/latchkey/sign-out"><input type="hidden" name="csrf" value="${session?.csrf ?? ''}"><button>Sign out</button></form>
  </span>
</div>`;

const page = (
  title: string,
  printed: string,
  ownScript = '',
): string => `<!doctype html><html lang="en"><title>${title}</title>
<link rel="icon" href="data:,">${ownScript}
<h1>${title}</h1>${printed}
<p class="outside"><span data-latchkey-name>untouched</span><span data-latchkey-in hidden>untouched</span></p>
<p><a id="next" href="/page/next">Next page</a></p>
<script src="/latchkey/session-check.js" defer></script>`;

/**
 * Stands in for an application's server. It is written from the contract between script and server, not from rp-core:
 * element, state, chrome endpoint, and a start whose frame ends on the document that brings the chrome.
 * @param more answers what else a test needs, and says whether it did
 */
export const startStandInApplication = async (
  issuer: string,
  more: (url: URL, response: ServerResponse) => boolean = () => false,
): Promise<StandInApplication> => {
  const requests: string[] = [];
  const faults: Faults = {};
  const sessions = new Map<string, LocalSession>();
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    `frame-src 'self' ${issuer}`,
    "form-action 'self'",
    "base-uri 'none'",
    'img-src data:',
  ].join('; ');
  const script = readFileSync(builtFile);

  const chromeOf = (request: IncomingMessage, session: LocalSession | undefined): string => {
    const hints = cookiesOf(request, HINT);
    const ask = hints.length > 0 && hints.join() !== session?.hint && !cookiesOf(request, TRIED).includes(hints.join());
    if (!session) return JSON.stringify({ signedIn: false, ...(ask && { ask }) });
    const { person, csrf } = session;
    return JSON.stringify({ signedIn: true, name: people[person], username: person, csrf, ...(ask && { ask }) });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    requests.push(`${request.method} ${url.pathname}`);
    if (more(url, response)) return;
    const [sessionId = ''] = cookiesOf(request, SESSION);
    const session = sessions.get(sessionId);
    const [hint = ''] = cookiesOf(request, HINT);
    const send = ({ status = 200, headers = {}, body }: Reply): void => {
      response.writeHead(status, { 'Cache-Control': 'private, no-store', ...headers }).end(body);
    };
    const html = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy };
    const sendFrame = (chrome: string, cookies: string[] = []): void => {
      const reply = faults.frame?.(request);
      if (reply === 'no answer') return; // the browser waits
      send(
        reply ?? {
          headers: {
            'Content-Type': 'text/html; charset=utf-8',
            'Content-Security-Policy': "default-src 'none'; frame-ancestors 'self'",
            'Set-Cookie': cookies,
          },
          body: `<!doctype html><title>-</title><body data-latchkey-chrome="${escaped(chrome)}">`,
        },
      );
    };
    const signedOut = JSON.stringify({ signedIn: false });

    if (url.pathname.startsWith('/page/')) {
      const cached = { ...html, 'Cache-Control': 'public, max-age=0, s-maxage=600' };
      const title = `Page ${escaped(url.pathname.slice('/page/'.length))}`;
      const ownScript = url.pathname === '/page/reporting' ? '<script src="/reporting.js"></script>' : '';
      send({ headers: cached, body: page(title, element(undefined), ownScript) });
    } else if (url.pathname.startsWith('/two/')) {
      const cached = { ...html, 'Cache-Control': 'public, max-age=0, s-maxage=600' };
      send({ headers: cached, body: page('Two', element(undefined) + element(undefined)) });
    } else if (url.pathname === '/plain') {
      send({ headers: html, body: '<!doctype html><title>Plain</title><p>No element here.' });
    } else if (url.pathname.startsWith('/rendered/')) {
      const markers = cookiesOf(request, MARKER);
      const state = faults.renderedState?.() ?? `${cookiesOf(request, HINT).join()}|${markers.join()}`;
      const cache = url.pathname === '/rendered/kept' && { 'Cache-Control': 'private, no-cache' };
      const headers = { ...html, ...cache, 'Set-Cookie': faults.renderedCookies?.() ?? [] };
      send({ headers, body: page('Rendered', element(session, state)) });
    } else if (url.pathname === '/latchkey/session-check.js') {
      const headers = { 'Content-Type': 'text/javascript', 'Cache-Control': 'public, max-age=600' };
      response.writeHead(200, headers).end(script);
    } else if (url.pathname === '/latchkey/chrome') {
      if (request.headers['x-latchkey'] !== '1') send({ status: 403, body: '' });
      else {
        const json = { 'Content-Type': 'application/json' };
        send(faults.chrome?.(request) ?? { headers: json, body: chromeOf(request, session) });
      }
    } else if (url.pathname === '/latchkey/start') {
      if (hint !== '' && cookiesOf(request, TRIED).includes(hint)) {
        sendFrame(signedOut);
        return;
      }
      const attempt = randomUUID();
      const authorize = new URL('/authorize', issuer);
      authorize.searchParams.set('return_to', `${url.origin}/latchkey/callback`);
      authorize.searchParams.set('state', attempt);
      const cookie = `${ATTEMPT}=${attempt}.${hint}; Path=/; HttpOnly; SameSite=Lax`;
      send({ status: 303, headers: { Location: authorize.href, 'Set-Cookie': cookie }, body: '' });
    } else if (url.pathname === '/latchkey/callback') {
      const [attempt = '', atDeparture = ''] = cookiesOf(request, ATTEMPT)[0]?.split('.') ?? [];
      const person = url.searchParams.get('person');
      if (attempt === '' || attempt !== url.searchParams.get('state')) send({ status: 400, body: 'Continue?' });
      else if (person) {
        const [id, marker] = [randomUUID(), randomUUID()];
        sessions.delete(sessionId);
        sessions.set(id, { person, csrf: `csrf-of-${person}`, hint });
        sendFrame(
          JSON.stringify({ signedIn: true, name: people[person], username: person, csrf: `csrf-of-${person}` }),
          [`${SESSION}=${id}; Path=/; HttpOnly; SameSite=Lax`, `${MARKER}=${marker}; Path=/; SameSite=Lax`],
        );
      } else {
        sessions.delete(sessionId);
        sendFrame(signedOut, [
          `${TRIED}=${atDeparture}; Path=/; HttpOnly; SameSite=Lax`,
          `${MARKER}=; Path=/; Max-Age=0`,
        ]);
      }
    } else if (url.pathname === '/latchkey/sign-out' && request.method === 'POST') {
      const csrf = new URLSearchParams(await textOf(request)).get('csrf');
      if (!session || csrf !== session.csrf) send({ status: 403, body: 'csrf' });
      else {
        sessions.delete(sessionId);
        const cookies = [`${SESSION}=; Path=/; Max-Age=0`, `${MARKER}=; Path=/; Max-Age=0`, `${TRIED}=${hint}; Path=/`];
        send({ status: 303, headers: { Location: '/page/after-sign-out', 'Set-Cookie': cookies }, body: '' });
      }
    } else send({ status: 404, headers: html, body: page('Not found', element(undefined)) });
  };

  const listening = await listen((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  return { ...listening, requests, faults, endAllSessions: () => sessions.clear() };
};
