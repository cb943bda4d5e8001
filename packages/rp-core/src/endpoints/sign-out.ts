import { IssuerError } from '../issuer/issuer-error.ts';
import { readHints } from '../signed-in-state/hints.ts';
import { withSignedOut } from '../signed-in-state/silent-memory.ts';
import type { LocalSession } from '../session/local-session.ts';
import { html, redirect } from '../answers.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import { readForm } from './read-form.ts';

/**
 * `POST sign-out` with `csrf`: ends the local session and, unless `where=here`, the issuer's too, with the ID token of this
 * session. What was signed out of is remembered, so that nothing signs in again by itself.
 */
export const signOut = async (request: Request, parts: EndpointParts): Promise<Response> => {
  const { sessions, departure, formTokens, names, cookies, now, showPage, settings } = parts;
  const form = await readForm(request);
  if (form.kind === 'refused') return form.response;
  const cookieHeader = request.headers.get('cookie');
  const found = await sessions.find(cookieHeader);
  // A form of another site comes without our cookies: it must not take them away.
  if (found.kind === 'none') return redirect('/');
  const signedOut = (session: LocalSession | undefined, onlyByClick: boolean): string[] => {
    const hints = [...new Set([...hintOf(session), ...readHints(cookieHeader, names.hint)])];
    const nowSeconds = now().getTime() / 1000;
    const memory = withSignedOut(departure.memory(request), { hints, session, onlyByClick }, nowSeconds);
    return [departure.remember(memory), ...sessions.clearCookies(), cookies.clear(names.pending)];
  };
  if (found.kind === 'gone') return redirect('/', signedOut(undefined, true));
  if (!formTokens.isGood(found.session.idHash, form.fields.get('csrf'))) {
    return html(
      showPage({
        title: 'Please sign out from the page itself',
        text: 'This form was not made for your present session. Nothing was changed.',
        links: [{ label: 'Go back', href: '/' }],
      }),
      { status: 403 },
    );
  }
  const everywhere = form.fields.get('where') === 'here' ? undefined : await endAtIssuer(found.session, parts);
  await sessions.end(found.session);
  const setCookies = signedOut(found.session, !(everywhere instanceof URL));
  if (everywhere !== 'not reachable') return redirect(everywhere ?? '/', setCookies);
  return html(
    showPage({
      title: 'You are signed out here',
      text: `The accounts site ${settings.issuer.host} does not answer at the moment: you may still be signed in there and in other applications.`,
      links: [{ label: 'Go to the site', href: '/' }],
    }),
    { setCookies },
  );
};

const hintOf = (session: LocalSession | undefined): string[] => (session?.hint === undefined ? [] : [session.hint]);

const endAtIssuer = async (session: LocalSession, parts: EndpointParts): Promise<URL | undefined | 'not reachable'> => {
  const { issuer, sessions, settings, log } = parts;
  if (!(await issuer.reachability.isReachable('click'))) return 'not reachable';
  try {
    const after = new URL(`${settings.path}/signed-out`, settings.origin).href;
    return await issuer.endSessionUrl(sessions.tokensOf(session)?.idToken, after);
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    log('sign-out.not-told', { code: error.code });
    return 'not reachable';
  }
};
