import type { Html } from '../../src/http/html/html.ts';
import { chooseMessages } from '../../src/http/messages/choose-messages.ts';
import { consentPage } from '../../src/http/pages/consent-page.ts';
import { continuePage } from '../../src/http/pages/continue-page.ts';
import { errorPage } from '../../src/http/pages/error-page.ts';
import { formPostPage } from '../../src/http/pages/form-post-page.ts';
import { homePage } from '../../src/http/pages/home-page.ts';
import { notFoundPage } from '../../src/http/pages/not-found-page.ts';
import { selectAccountPage } from '../../src/http/pages/select-account-page.ts';
import { signInPage } from '../../src/http/pages/sign-in-page.ts';
import type { SignInError } from '../../src/http/pages/sign-in-page.ts';
import { signOutPage } from '../../src/http/pages/sign-out-page.ts';
import { signedOutPage } from '../../src/http/pages/signed-out-page.ts';
import type { PageContext, PersonName } from '../../src/http/pages/site.ts';

/** Gives the text that stands in the place called `name`. */
type TextFor = (name: string) => string;

export const plainText: TextFor = (name) => `a ${name}`;

export const contextFor = (text: TextFor): PageContext => ({
  messages: chooseMessages({}),
  site: {
    organisationName: text('organisation'),
    logoUrl: '/assets/logo.svg',
    faviconPath: '/assets/favicon.svg',
    stylesheetPath: '/assets/style.css',
    issuerHost: text('host'),
  },
});

/** Every page in each of its forms, with every text that comes from elsewhere given by `text`. */
export function samplePages(text: TextFor): Readonly<Record<string, Html>> {
  const context = contextFor(text);
  const account: PersonName = { username: text('username'), name: text('name') };
  const form = { ...context, action: '/act', csrfToken: text('token') };
  const clientName = text('client');
  const signIn = { ...form, clientName, userName: text('entered') };
  const failed = (error: SignInError): Html => signInPage({ ...signIn, error, cancelAction: '/cancel' });
  const consent = { ...form, account, clientName, isNative: false, clientHost: text('client host'), resources: [] };
  return {
    'sign in': signInPage({ ...signIn, userName: '', cancelAction: '/cancel' }),
    'sign in, nobody asked': signInPage({ ...signIn, clientName: undefined }),
    'sign in again': signInPage({ ...signIn, signedInAs: account }),
    'sign in again, nobody asked': signInPage({ ...signIn, clientName: undefined, signedInAs: account }),
    'sign in, wrong': failed({ kind: 'wrong' }),
    'sign in, limited': failed({ kind: 'limited', waitMinutes: 5 }),
    'sign in, busy': failed({ kind: 'busy' }),
    'sign in, form expired': failed({ kind: 'formExpired' }),
    'select account': selectAccountPage({ ...form, account, clientName, cancelAction: '/cancel' }),
    'select account, nobody asked': selectAccountPage({ ...form, account, clientName: undefined }),
    consent: consentPage({
      ...consent,
      scopes: ['openid', 'profile', 'email', 'groups', 'offline_access', text('scope')],
      resources: [{ resource: text('resource'), scopes: [text('API scope')] }],
    }),
    'consent, native': consentPage({ ...consent, isNative: true, clientHost: undefined, scopes: ['openid'] }),
    'sign out': signOutPage({ ...form, account, clientName, hiddenFields: { xsrf: text('hidden') } }),
    'sign out, nobody asked': signOutPage({ ...form, account, clientName: undefined }),
    'signed out': signedOutPage(context),
    'signed out, with a link': signedOutPage({ ...context, link: { url: 'https://forum.example.org/', clientName } }),
    continue: continuePage({ ...context, url: '/interaction/abc/resume?x=1&y=2', clientName }),
    'continue, nobody asked': continuePage({ ...context, url: '/', clientName: undefined }),
    'form post': formPostPage({
      ...context,
      action: 'https://forum.example.org/callback?a=b&c=d',
      parameters: { code: text('code'), state: text('state') },
      clientName,
      scriptPath: '/assets/submit-form.js',
    }),
    error: errorPage({ ...context, kind: 'serverError' }),
    'error with everything': errorPage({
      ...context,
      kind: 'badRequest',
      code: text('error code'),
      reason: text('reason'),
      requestId: text('request'),
      link: { url: 'https://forum.example.org/', clientName },
    }),
    'not found': notFoundPage({ ...context, homeUrl: '/', requestId: text('request') }),
    'home, signed in': homePage({ ...context, signedIn: { account, signOutAction: '/out', csrfToken: text('token') } }),
    'home, not signed in': homePage({ ...context, signedIn: undefined }),
    'home, with a way to sign in': homePage({ ...context, signedIn: undefined, signInUrl: '/sign-in' }),
  };
}
