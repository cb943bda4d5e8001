import { IssuerError } from '../issuer/issuer-error.ts';
import { mayBeRedirected } from '../signed-in-state/may-be-redirected.ts';
import { readReturnPath } from '../sign-in/return-path.ts';
import { html, type ShowPage } from '../answers.ts';
import { chromeOf, frameDocument } from './chrome.ts';
import type { EndpointParts } from './endpoint-parts.ts';

/**
 * `GET start?to=PATH`: a person asked to sign in. `GET start?frame=1`: the script asks in its hidden frame, which goes
 * silently or is answered at once.
 */
export const start = async (request: Request, parts: EndpointParts): Promise<Response> => {
  const { searchParams } = new URL(request.url);
  const { origin, path } = parts.settings;
  const returnPath = readReturnPath(searchParams.get('to'), origin, path) ?? '/';
  if (searchParams.get('frame') === '1') return startInFrame(request, parts);
  if (!isByPerson(request, parts)) return askForClick(parts, returnPath);
  if (!(await parts.issuer.reachability.isReachable('click'))) return notReachable(parts, returnPath);
  try {
    return await parts.departure.begin(request, { kind: 'interactive', returnPath });
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    parts.log('sign-in.not-begun', { code: error.code });
    return notReachable(parts, returnPath);
  }
};

/**
 * Whether a person opened this address, and not a frame, a prefetch or another site's page. After a sign-out here only a click
 * on a page of ours counts: any other page could send the browser along.
 */
const isByPerson = (request: Request, { departure }: EndpointParts): boolean => {
  const headers = Object.fromEntries(request.headers);
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  if (headers['sec-purpose'] !== undefined) return false;
  // A service worker of ours may ask anew by the address alone; no script of another origin makes such a request.
  const isOurWorker = site === 'same-origin' && destination === 'empty' && mode !== 'no-cors';
  const isNavigation = mode === undefined || mayBeRedirected({ method: request.method, headers });
  if (!isOurWorker && !isNavigation) return false;
  const isFromOutside = site === 'cross-site' || site === 'same-site';
  return !isFromOutside || !departure.memory(request).onlyByClick;
};

const askForClick = ({ settings, showPage }: EndpointParts, returnPath: string): Response =>
  html(
    showPage({
      title: `Sign in at ${settings.applicationName}`,
      text: 'You are not signed in here.',
      links: [
        { label: 'Sign in', href: `${settings.path}/start?to=${encodeURIComponent(returnPath)}` },
        { label: 'Go back', href: returnPath },
      ],
    }),
  );

const startInFrame = async (request: Request, parts: EndpointParts): Promise<Response> => {
  // A page of another origin has no business here, and a person who opens it by hand belongs at the start.
  const site = request.headers.get('sec-fetch-site');
  const destination = request.headers.get('sec-fetch-dest');
  // `empty` is what a service worker makes of a frame that it passes on.
  const isFrame = destination === null || destination === 'iframe' || destination === 'empty';
  const isOurs = (site === null || site === 'same-origin') && isFrame;
  if (!isOurs) return html(refusedFrame(parts.showPage), { status: 400 });
  const visit = await parts.visits.recognise(request, { kind: 'frame', returnPath: '/' });
  if (visit.kind === 'sent-off') return visit.response;
  return frameDocument(await chromeOf(visit, parts), visit.setCookies);
};

const refusedFrame = (showPage: ShowPage): string =>
  showPage({
    title: 'This address is for scripts',
    text: 'It is loaded by pages of this site to see whether you are signed in.',
    links: [{ label: 'Go to the site', href: '/' }],
  });

const notReachable = ({ settings, showPage }: EndpointParts, returnPath: string): Response =>
  html(
    showPage({
      title: 'Signing in does not work at the moment',
      text: `The accounts site ${settings.issuer.host} does not answer. You can go on reading here without signing in.`,
      links: [
        { label: 'Try again', href: `${settings.path}/start?to=${encodeURIComponent(returnPath)}` },
        { label: 'Go back', href: returnPath },
      ],
    }),
    { status: 503, headers: { 'retry-after': '30' } },
  );
