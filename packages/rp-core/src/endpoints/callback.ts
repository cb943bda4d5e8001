import type { SignInAnswer } from '../issuer/issuer-connection.ts';
import { IssuerError } from '../issuer/issuer-error.ts';
import { tokenHash } from '../secrets/token-hash.ts';
import type { LocalSession } from '../session/local-session.ts';
import { attemptSeconds, type Attempt } from '../sign-in/attempt.ts';
import { readHints } from '../signed-in-state/hints.ts';
import {
  undoesSignOut,
  withRest,
  withSignedIn,
  withTried,
  type SilentMemory,
} from '../signed-in-state/silent-memory.ts';
import { html, redirect } from '../answers.ts';
import { chromeOf, frameDocument } from './chrome.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import { finishSignIn } from './finish-sign-in.ts';
import type { SignInOutcome } from './sign-in-outcome.ts';
import { newNamePage } from './new-name-page.ts';

/** What the issuer answers where a person would have to do something (OpenID Connect Core 1.0, section 3.1.2.6). */
const needsPerson: ReadonlySet<string> = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]);

/** No silent trip under the same hints for so long… */
const triedSeconds = 10 * 60;
/** …or, where the answer was a fault and says nothing, for so long. */
const faultSeconds = 60;

/** `GET callback`: the issuer's answer comes back in the browser. */
export const callback = async (request: Request, parts: EndpointParts): Promise<Response> => {
  const { search, searchParams } = new URL(request.url);
  const states = searchParams.getAll('state');
  const state = states.length === 1 ? (states[0] ?? '') : '';
  const nowSeconds = Math.floor(parts.now().getTime() / 1000);
  const found = parts.attempts.find(state, request.headers.get('cookie'), nowSeconds);
  if (found.kind === 'none') return continuePage(parts, '/');
  if (found.kind === 'unreadable') {
    return found.number === 1
      ? restart(request, parts, state, { kind: 'interactive', returnPath: '/' })
      : continuePage(parts, '/', parts.attempts.clear(state));
  }
  const { attempt } = found;
  if (found.kind === 'expired') {
    return attempt.number === 1
      ? restart(request, parts, state, attempt)
      : continuePage(parts, attempt.returnPath, parts.attempts.clear(state));
  }
  // Neither code nor error: nothing that the issuer sends, and nothing to be noted for.
  if (!searchParams.has('code') && !searchParams.has('error')) return continuePage(parts, attempt.returnPath);
  // An older attempt is expired before anybody asks whether it was used.
  const keepUntil = new Date((attempt.begunAt + attemptSeconds + 60) * 1000);
  if (!(await parts.oneTime.claim(`state ${tokenHash(state)}`, keepUntil))) {
    return continuePage(parts, attempt.returnPath, parts.attempts.clear(state));
  }
  return takeUp(request, parts, attempt, search);
};

const takeUp = async (request: Request, parts: EndpointParts, attempt: Attempt, search: string): Promise<Response> => {
  const found = await parts.sessions.find(request.headers.get('cookie'));
  const session = found.kind === 'session' ? found.session : undefined;
  let answer: SignInAnswer;
  try {
    answer = await parts.issuer.exchange(search, attempt);
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    return refusedSignIn(request, parts, attempt, session, error);
  }
  if (attempt.kind !== 'interactive' && undoesSignOut(parts.departure.memory(request), { ...attempt, ...answer })) {
    // The person signed out here, perhaps while this trip was under way: that stays until they click.
    const memory = afterSilentTrip(request, parts, attempt, 'said');
    const setCookies = [...parts.attempts.clear(attempt.state), parts.departure.remember(memory)];
    return session === undefined
      ? backAnonymous(attempt, setCookies)
      : backSignedIn(parts, attempt, session, setCookies);
  }
  if (session !== undefined && isOlder(attempt, session) && !isAbout(answer, session)) {
    await parts.sessions.doubt(session, []);
    return backSignedIn(parts, attempt, session, parts.attempts.clear(attempt.state));
  }
  const outcome = await finishSignIn(parts, { answer: withVisibleHint(request, parts, answer), attempt, session });
  return attempt.kind === 'interactive'
    ? answerPerson(request, parts, attempt, answer, outcome)
    : answerSilently(request, parts, attempt, outcome);
};

/** Whether a silent trip began before the session that it comes back to: what it brings is older news. */
const isOlder = (attempt: Attempt, session: LocalSession): boolean =>
  attempt.kind !== 'interactive' && attempt.begunAt * 1000 < session.begunAt.getTime();

const isAbout = (answer: SignInAnswer, session: LocalSession): boolean =>
  answer.sub === session.sub && answer.sid === session.sid;

/**
 * A session answers for a hint only where this browser shows it here: on another registrable domain it never does, and a
 * hint that is always gone would make every page view a heartbeat.
 */
const withVisibleHint = (request: Request, { names }: EndpointParts, answer: SignInAnswer): SignInAnswer => {
  const visible = readHints(request.headers.get('cookie'), names.hint);
  return answer.hint !== undefined && visible.includes(answer.hint) ? answer : { ...answer, hint: undefined };
};

const answerPerson = async (
  request: Request,
  parts: EndpointParts,
  attempt: Attempt,
  answer: SignInAnswer,
  outcome: SignInOutcome,
): Promise<Response> => {
  const { attempts, departure, settings, showPage } = parts;
  const done = attempts.clear(attempt.state);
  if (outcome.kind === 'signed-in') {
    const memory = withSignedIn(departure.memory(request), answer.hint);
    const setCookies = [...done, ...outcome.setCookies, departure.remember(memory)];
    return outcome.newName === undefined
      ? redirect(attempt.returnPath, setCookies)
      : html(newNamePage(parts, outcome.newName, attempt.returnPath), { setCookies });
  }
  if (outcome.kind === 'proof') return redirect(`${settings.path}/proof`, [...done, ...outcome.setCookies]);
  const { title, text } = refusalTexts[outcome.reason];
  return html(
    showPage({
      title,
      text: text(settings.applicationName, settings.issuer.host),
      links: [
        { label: 'Try again', href: startAddress(parts, attempt.returnPath) },
        { label: 'Go to the site without signing in', href: '/' },
      ],
    }),
    { status: outcome.reason === 'no-answer' ? 503 : 403, setCookies: [...done, ...outcome.setCookies] },
  );
};

const answerSilently = async (
  request: Request,
  parts: EndpointParts,
  attempt: Attempt,
  outcome: SignInOutcome,
): Promise<Response> => {
  const done = parts.attempts.clear(attempt.state);
  if (outcome.kind === 'signed-in') {
    const memory = parts.departure.memory(request);
    // In another session of the issuer than the person signed out of.
    const over = memory.onlyByClick ? [parts.departure.remember(withSignedIn(memory, undefined))] : [];
    return backSignedIn(parts, attempt, outcome.session, [...done, ...outcome.setCookies, ...over]);
  }
  // Else somebody is signed in at the issuer whom this application does not take without a word from them.
  const end = outcome.kind === 'refused' && outcome.reason === 'no-answer' ? 'fault' : 'said';
  const memory = afterSilentTrip(request, parts, attempt, end);
  return backAnonymous(attempt, [...done, ...outcome.setCookies, parts.departure.remember(memory)], end);
};

/** The issuer sent an error, or no answer, or one that cannot be used. */
const refusedSignIn = async (
  request: Request,
  parts: EndpointParts,
  attempt: Attempt,
  session: LocalSession | undefined,
  error: IssuerError,
): Promise<Response> => {
  const { attempts, departure, sessions, settings, showPage, log, now } = parts;
  const done = attempts.clear(attempt.state);
  const expected =
    error.oauthError !== undefined && (needsPerson.has(error.oauthError) || error.oauthError === 'access_denied');
  if (!expected) log('sign-in.failed', { code: error.code, error: logged(error.oauthError) ?? error.message });
  if (attempt.kind === 'interactive') {
    const { title, text, status } = failureTexts(error, settings.issuer.host);
    return html(
      showPage({
        title,
        text,
        links: [
          { label: 'Try again', href: startAddress(parts, attempt.returnPath) },
          { label: 'Go back without signing in', href: attempt.returnPath },
        ],
      }),
      { status, setCookies: done },
    );
  }
  const said = error.oauthError !== undefined && needsPerson.has(error.oauthError);
  const memory = afterSilentTrip(request, parts, attempt, said ? 'said' : 'fault');
  const setCookies = [...done, departure.remember(memory)];
  if (session === undefined) return backAnonymous(attempt, setCookies, said ? 'said' : 'fault');
  const spent = session.accessTokenExpiresAt !== undefined && session.accessTokenExpiresAt <= now();
  if (!isOlder(attempt, session) && (error.oauthError === 'login_required' || (said && spent))) {
    // Nobody is signed in there, or nothing is left that could tell whether this session lives.
    await sessions.end(session);
    return backAnonymous(attempt, [...setCookies, ...sessions.clearCookies()]);
  }
  // Nothing was said about the session: its own bearer tells whether it lives, at its next use.
  await sessions.doubt(session, said ? attempt.hints : []);
  return backSignedIn(parts, attempt, session, setCookies);
};

const backSignedIn = async (
  parts: EndpointParts,
  attempt: Attempt,
  session: LocalSession,
  setCookies: readonly string[],
): Promise<Response> => {
  if (attempt.kind === 'silent') return redirect(attempt.returnPath, setCookies);
  const visit = { kind: 'signed-in', session, ask: false, state: '', setCookies } as const;
  return frameDocument(await chromeOf(visit, parts), setCookies);
};

/** The hints at departure cause no further trip for a while; after a fault nothing does, for a shorter while. */
const afterSilentTrip = (
  request: Request,
  { departure, settings, now }: EndpointParts,
  attempt: Attempt,
  end: 'said' | 'fault',
): SilentMemory => {
  const until = Math.floor(now().getTime() / 1000) + (end === 'said' ? triedSeconds : faultSeconds);
  const memory = withTried(departure.memory(request), attempt.hints, until);
  return end === 'said' ? memory : withRest(memory, settings.limits, until);
};

/** Anybody can write an `error` into an address: only what could be a code is written down. */
const logged = (oauthError: string | undefined): string | undefined =>
  oauthError === undefined || /^[a-z_]{1,40}$/.test(oauthError) ? oauthError : 'other';

const backAnonymous = (attempt: Attempt, setCookies: readonly string[], end: 'said' | 'fault' = 'said'): Response =>
  attempt.kind === 'frame'
    ? frameDocument({ signedIn: false, ...(end === 'fault' ? { ask: true } : {}) }, setCookies)
    : redirect(attempt.returnPath, setCookies);

/** Begins once more by itself; the second attempt says in its id that it is the last. */
const restart = async (
  request: Request,
  parts: EndpointParts,
  state: string,
  { kind, returnPath }: Pick<Attempt, 'kind' | 'returnPath'>,
): Promise<Response> => {
  let response: Response;
  try {
    response = await parts.departure.begin(request, { kind, returnPath, number: 2 });
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    return continuePage(parts, returnPath, parts.attempts.clear(state));
  }
  for (const line of parts.attempts.clear(state)) response.headers.append('set-cookie', line);
  return response;
};

/** Without the attempt's cookie nobody knows how often this went wrong: only a click goes on, so nothing can go in circles. */
const continuePage = (parts: EndpointParts, returnPath: string, setCookies: readonly string[] = []): Response =>
  html(
    parts.showPage({
      title: 'This sign-in cannot be completed',
      text: 'It was begun in another browser, was completed already, or waited too long. Nothing is lost.',
      links: [{ label: 'Continue', href: startAddress(parts, returnPath) }],
    }),
    { status: 400, setCookies },
  );

const startAddress = ({ settings }: EndpointParts, returnPath: string): string =>
  `${settings.path}/start?to=${encodeURIComponent(returnPath)}`;

const refusalTexts: Record<
  Extract<SignInOutcome, { readonly kind: 'refused' }>['reason'],
  { readonly title: string; readonly text: (application: string, issuer: string) => string }
> = {
  'not-admitted': {
    title: 'You cannot sign in here',
    text: (application) => `Your account has no access to ${application}. Its administrators can tell you why.`,
  },
  'session-ended': {
    title: 'You are signed out',
    text: (_application, issuer) => `Your session at ${issuer} ended while you were signing in.`,
  },
  'no-answer': {
    title: 'Signing in does not work at the moment',
    text: (_application, issuer) => `The accounts site ${issuer} does not answer.`,
  },
};

const failureTexts = (
  error: IssuerError,
  issuer: string,
): { readonly title: string; readonly text: string; readonly status: number } => {
  if (error.oauthError === 'access_denied') {
    return { title: 'You are not signed in', text: `You cancelled signing in at ${issuer}.`, status: 403 };
  }
  if (error.code === 'ERR_ISSUER_UNREACHABLE') {
    return {
      title: 'Signing in does not work at the moment',
      text: `The accounts site ${issuer} does not answer.`,
      status: 503,
    };
  }
  return {
    title: 'Signing in did not work',
    text: `The answer of ${issuer} could not be used. If it happens again, the administrators of this site can find the reason in its log.`,
    status: 400,
  };
};
