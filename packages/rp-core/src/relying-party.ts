import { CookieWriter, cookieNames } from './cookies/cookies.ts';
import { plainPage } from './pages/page.ts';
import { createEndpoints, type Endpoint } from './endpoints/endpoints.ts';
import type { EndpointParts, SignedInPerson } from './endpoints/endpoint-parts.ts';
import type { ShowPage } from './answers.ts';
import { IssuerConnection } from './issuer/issuer-connection.ts';
import type { Linker } from './linking/linker.ts';
import type { ProveAdoption } from './linking/prove-adoption.ts';
import type { OneTimeStore } from './one-time-store.ts';
import type { RelyingPartyLog } from './relying-party-log.ts';
import { IssuerKeys } from './receivers/issuer-keys.ts';
import { FormTokens } from './secrets/form-token.ts';
import { Sealer } from './secrets/sealer.ts';
import { Heartbeat } from './session/heartbeat.ts';
import { LocalSessions } from './session/local-sessions.ts';
import type { LocalSessionStore } from './session/local-session-store.ts';
import { resolveSettings, type RelyingPartySettings, type ResolvedSettings } from './settings.ts';
import { AttemptCookies } from './sign-in/attempt-cookies.ts';
import { Departure } from './sign-in/departure.ts';
import { readReturnPath } from './sign-in/return-path.ts';
import { mayBeRedirected } from './signed-in-state/may-be-redirected.ts';
import { Visits } from './signed-in-state/visits.ts';

/** What the application gives; all its processes share the stores. */
export interface RelyingPartyParts {
  readonly sessions: LocalSessionStore;
  readonly oneTime: OneTimeStore;
  readonly linker: Linker;
  /** Needed where the linker adopts local users by proof. */
  readonly proveAdoption?: ProveAdoption;
  /** @returns undefined when the application has no such person any more */
  readonly findPerson: (localUserId: string) => Promise<SignedInPerson | undefined>;
  readonly log: RelyingPartyLog;
  /** Draws the pages of the sign-in in the application's dress; plain ones unless told. */
  readonly showPage?: ShowPage;
  readonly now?: () => Date;
}

/** Who is signed in, for the application's handlers. */
export interface SignedInVisitor {
  readonly localUserId: string;
  readonly sub: string;
  /** Names the session, and is no secret of it. */
  readonly sessionId: string;
  /** The token that forms of this session carry in the field `csrf`; another one in each answer. */
  readonly csrf: string;
}

export type RecognisedVisit =
  | { readonly kind: 'sent-off'; readonly response: Response }
  | {
      readonly kind: 'page';
      readonly visitor: SignedInVisitor | undefined;
      /** What the page says in `data-state`, so that the session check script notices when it no longer holds. */
      readonly browserState: string;
      /**
       * The person signed out here, or nobody is signed in although the browser brings a hint: enough was tried. Where a page
       * needs somebody it must ask for a click, or that would be undone by itself.
       */
      readonly onlyByClick: boolean;
      readonly setCookies: readonly string[];
    };

/**
 * An application that people sign in to at an issuer. Host-free: requests and answers are those of the web platform, and
 * what it keeps is kept by the stores that it is given.
 */
export class RelyingParty {
  readonly issuer: string;
  readonly origin: string;
  readonly path: string;
  /** For verifying what the issuer signed, such as access tokens for the application's own API. */
  readonly issuerKeys: IssuerKeys;
  /** What a page's Content-Security-Policy needs so that script, frame and sign-out work. */
  readonly policyDirectives: string;
  /** Names that pages give to the session check script. */
  readonly scriptNames: { readonly hint: string; readonly marker: string };
  readonly #settings: ResolvedSettings;
  readonly #showPage: ShowPage;
  readonly #visits: Visits;
  readonly #formTokens: FormTokens;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  /** @throws {RangeError} naming a setting that cannot be used */
  constructor(given: RelyingPartySettings, parts: RelyingPartyParts) {
    const settings = resolveSettings(given);
    const { now = () => new Date(), showPage = plainPage(settings.applicationName), linker, log } = parts;
    const names = cookieNames(settings.cookieWord, settings.origin, settings.issuer);
    const cookies = new CookieWriter(settings.origin);
    // Two applications with a copied secret still open nothing of each other's.
    const own = `${settings.origin.origin} ${settings.clientId}`;
    const sealer = (purpose: string): Sealer => new Sealer(settings.cookieSecret, `${own} ${purpose}`);
    const issuer = new IssuerConnection(settings, log);
    const sessions = new LocalSessions({
      store: parts.sessions,
      sealer: sealer('tokens'),
      cookieNames: names,
      cookies,
      issuer: settings.issuerText,
      sessionSeconds: settings.sessionSeconds,
      now,
    });
    const { unprovedSeconds } = settings.limits;
    const heartbeat = new Heartbeat({ issuer, sessions, store: parts.sessions, linker, log, unprovedSeconds, now });
    const attempts = new AttemptCookies(names, cookies, sealer('attempt'));
    const departure = new Departure({ issuer, attempts, names, cookies, silentSealer: sealer('silent memory'), now });
    this.#visits = new Visits({ names, sessions, heartbeat, departure, issuer, limits: settings.limits, log, now });
    this.#formTokens = new FormTokens(settings.cookieSecret, own);
    this.#settings = settings;
    this.#showPage = showPage;
    const endpointParts: EndpointParts = {
      settings,
      names,
      cookies,
      issuer,
      attempts,
      departure,
      sessions,
      store: parts.sessions,
      heartbeat,
      visits: this.#visits,
      linker,
      proveAdoption: parts.proveAdoption,
      oneTime: parts.oneTime,
      pendingSealer: sealer('pending sign-in'),
      formTokens: this.#formTokens,
      showPage,
      log,
      now,
      findPerson: parts.findPerson,
    };
    this.issuerKeys = new IssuerKeys({ jwksUri: () => issuer.jwksUri(), fetch: settings.fetch });
    this.#endpoints = createEndpoints(endpointParts, this.issuerKeys);
    // The sign-out form is answered by a redirect to the issuer, which browsers hold against form-action too.
    const both = `'self' ${settings.issuer.origin}`;
    this.policyDirectives = `script-src 'self'; connect-src 'self'; frame-src ${both}; form-action ${both}`;
    this.issuer = settings.issuerText;
    this.origin = settings.origin.origin;
    this.path = settings.path;
    this.scriptNames = { hint: names.hint, marker: names.marker };
  }

  /** Answers the addresses of the sign-in; undefined for all others. */
  async handle(request: Request): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    const { path } = this.#settings;
    if (!pathname.startsWith(`${path}/`)) return undefined;
    const endpoint = this.#endpoints.get(pathname.slice(path.length + 1));
    if (endpoint === undefined)
      return new Response('Not found\n', { status: 404, headers: { 'cache-control': 'no-store' } });
    if (!endpoint.methods.includes(request.method)) {
      return new Response('Method not allowed\n', {
        status: 405,
        headers: { allow: endpoint.methods.join(', '), 'cache-control': 'no-store' },
      });
    }
    return endpoint.answer(request);
  }

  /** Tells who a request is from; its answer must be kept by no shared cache. */
  async recognise(request: Request): Promise<RecognisedVisit> {
    const url = new URL(request.url);
    const returnPath = readReturnPath(`${url.pathname}${url.search}`, this.#settings.origin, this.#settings.path);
    const headers = Object.fromEntries(request.headers);
    const redirectable = returnPath !== undefined && mayBeRedirected({ method: request.method, headers });
    const visit = await this.#visits.recognise(request, redirectable ? { kind: 'silent', returnPath } : undefined);
    if (visit.kind === 'sent-off') return visit;
    const { state: browserState, setCookies } = visit;
    if (visit.kind === 'anonymous') {
      return { kind: 'page', visitor: undefined, browserState, onlyByClick: visit.onlyByClick, setCookies };
    }
    const { localUserId, sub, idHash } = visit.session;
    const visitor = { localUserId, sub, sessionId: idHash, csrf: this.#formTokens.tokenFor(idHash) };
    return { kind: 'page', visitor, browserState, onlyByClick: false, setCookies };
  }

  /** Whether a form carries a token of the visitor's session; compared in constant time. */
  isFormOf(visitor: SignedInVisitor, csrf: string | null | undefined): boolean {
    return this.#formTokens.isGood(visitor.sessionId, csrf ?? undefined);
  }

  /** Where a person begins to sign in and comes back to `returnPath`. Pages link to it; it is the same for everybody. */
  startAddress(returnPath: string): string {
    return `${this.#settings.path}/start?to=${encodeURIComponent(returnPath)}`;
  }

  /**
   * What an anonymous visitor sees in place of a page that needs somebody, or of the answer to a form.
   * @param returnPath where the click comes back to
   */
  signInFirstPage(wanted: 'page' | 'form', returnPath: string): string {
    return this.#showPage({
      title: 'Please sign in',
      text:
        wanted === 'page'
          ? 'This page is for people who are signed in.'
          : 'You are not signed in here, or not any more. Nothing was saved or changed.',
      links: [{ label: 'Sign in', href: this.startAddress(returnPath) }],
    });
  }
}
