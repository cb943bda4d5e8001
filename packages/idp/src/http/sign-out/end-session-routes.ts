import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Client } from 'oidc-provider';
import { isTrusted } from '../../oidc/client-metadata.ts';
import { requestContext } from '../../request-context.ts';
import { constantTimeEqual } from '../../secrets/constant-time-equal.ts';
import type { SignedIn } from '../current-session.ts';
import { continuePage } from '../pages/continue-page.ts';
import { decisions, formFields } from '../pages/form-fields.ts';
import { signOutPage } from '../pages/sign-out-page.ts';
import { signedOutPage } from '../pages/signed-out-page.ts';
import { readForm, type Form } from '../read-form.ts';
import {
  endSessionParameters,
  EndSessionRequestError,
  readEndSessionRequest,
  type EndSessionRequest,
} from './end-session-request.ts';
import { signOutPurpose, type SignOutParts } from './sign-out-parts.ts';

/** RP-initiated sign-out, and the sign-out button of the start page. */
export const addSignOutRoutes = (router: Router, parts: SignOutParts): void => {
  router.get('/session/end', (ctx) => refusing(ctx, parts, () => beginSignOut(ctx, parts)));
  router.post('/session/end', (ctx) => refusing(ctx, parts, () => repeatAsGet(ctx)));
  router.post('/session/end/confirm', (ctx) => refusing(ctx, parts, () => confirmSignOut(ctx, parts)));
  // The engine has a page of its own there, which nothing leads to.
  router.all('/session/end/success', (ctx) => {
    ctx.status = 404;
  });
};

const refusing = async (ctx: Context, { pages }: SignOutParts, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof EndSessionRequestError)) throw error;
    const kind = error.code === 'invalid_client' ? 'unknownClient' : 'badRequest';
    pages.error(ctx, 400, kind, { code: error.code, reason: error.message });
  }
};

/** A POST from another site brings no session cookie (SameSite=Lax); the same request as a GET does. */
const repeatAsGet = async (ctx: Context): Promise<void> => {
  const form = await readForm(ctx.req);
  const query = new URLSearchParams([...endSessionParameters(form)]);
  ctx.status = 303;
  ctx.redirect(`/session/end?${query.toString()}`);
};

const beginSignOut = async (ctx: Context, parts: SignOutParts): Promise<void> => {
  const parameters = endSessionParameters(new URLSearchParams(ctx.querystring));
  const request = await readEndSessionRequest(parts.provider(), parameters);
  const signedIn = await parts.currentSession.find(ctx);
  if (!signedIn) {
    answerSignedOut(ctx, parts, request);
    return;
  }
  if (isOfThisSession(request, signedIn, parts) && request.client && isTrusted(request.client)) {
    await signOut(ctx, parts, signedIn, `client:${request.client.clientId}`);
    answerSignedOut(ctx, parts, request);
    return;
  }
  const hiddenFields = Object.fromEntries(
    [
      ['client_id', request.client?.clientId] as const,
      ['post_logout_redirect_uri', request.postLogoutRedirectUri] as const,
      ['state', request.state] as const,
    ].filter((entry): entry is readonly [(typeof entry)[0], string] => entry[1] !== undefined),
  );
  const csrfToken = parts.pages.csrfToken(ctx, signOutPurpose);
  parts.pages.answer(
    ctx,
    200,
    (page) =>
      signOutPage({
        ...page,
        action: '/session/end/confirm',
        csrfToken,
        account: signedIn.account,
        clientName: nameOf(request.client),
        hiddenFields,
      }),
    parameters.get('ui_locales'),
  );
};

const confirmSignOut = async (ctx: Context, parts: SignOutParts): Promise<void> => {
  const form = await readForm(ctx.req);
  if (!parts.pages.isOwnForm(ctx, form, signOutPurpose)) {
    parts.pages.error(ctx, 403, 'formExpired');
    return;
  }
  switch (form.get(formFields.decision)) {
    case decisions.signOut.signOut: {
      const signedIn = await parts.currentSession.find(ctx);
      if (signedIn) await signOut(ctx, parts, signedIn, `account:${signedIn.account.id}`);
      answerSignedOut(ctx, parts, await readConfirmedRequest(form, parts), 'after a form');
      return;
    }
    case decisions.signOut.stay:
      ctx.status = 303;
      ctx.redirect('/');
      return;
    default:
      parts.pages.error(ctx, 400, 'badRequest');
  }
};

/**
 * Nothing is kept between question and answer: what the form brings is checked again. Should it be good no more (the
 * client was disabled meanwhile), the person is signed out all the same, and sent nowhere.
 */
const readConfirmedRequest = async (form: Form, { provider }: SignOutParts): Promise<EndSessionRequest> => {
  try {
    return await readEndSessionRequest(provider(), endSessionParameters(form));
  } catch (error) {
    if (!(error instanceof EndSessionRequestError)) throw error;
    return { client: undefined, hint: undefined, postLogoutRedirectUri: undefined, state: undefined };
  }
};

/** Whether the hint's `sid` names this browser's session with that client. */
const isOfThisSession = (
  { client, hint }: EndSessionRequest,
  { session, account }: SignedIn,
  { names }: SignOutParts,
): boolean =>
  client !== undefined &&
  hint?.sid !== undefined &&
  hint.sub === account.id &&
  constantTimeEqual(hint.sid, names.sid(session.uid, client.clientId));

const signOut = async (ctx: Context, parts: SignOutParts, { session }: SignedIn, actor: string): Promise<void> => {
  await parts.endSessions.end({
    which: { uid: session.uid },
    cause: 'sign-out',
    actor,
    network: requestContext()?.network,
  });
  parts.currentSession.forget(ctx);
  parts.hint.clear(ctx);
};

const answerSignedOut = (
  ctx: Context,
  { pages }: SignOutParts,
  { client, postLogoutRedirectUri, state }: EndSessionRequest,
  after?: 'after a form',
): void => {
  if (postLogoutRedirectUri === undefined) {
    pages.answer(ctx, 200, (page) => signedOutPage(page));
    return;
  }
  const url = new URL(postLogoutRedirectUri);
  if (state !== undefined) url.searchParams.append('state', state);
  if (after === undefined) {
    ctx.status = 303;
    ctx.redirect(url.href);
    return;
  }
  pages.answer(ctx, 200, (page) => continuePage({ ...page, url: url.href, clientName: nameOf(client) }));
};

const nameOf = (client: Client | undefined): string | undefined => client?.clientName;
