import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import type { Messages } from '../messages/messages.ts';
import { decisions } from './form-fields.ts';
import { layout } from './layout.ts';
import { personCard } from './person-card.ts';
import { decisionButton, postForm } from './post-form.ts';
import type { PageContext, PersonName } from './site.ts';
import { textInIsolation } from './text-in-isolation.ts';

/** The signed-in person, and where the form that signs out is sent. */
export interface SignedIn {
  readonly account: PersonName;
  readonly signOutAction: string;
  readonly csrfToken: string;
}

export interface HomePageModel extends PageContext {
  readonly signedIn: SignedIn | undefined;
  /** Where signing in begins without an application; without it the page says how else. */
  readonly signInUrl?: string | undefined;
}

/** The start page: who is signed in in this browser. */
export function homePage({ messages, site, signedIn, signInUrl }: HomePageModel): Html {
  const main = html`<h1>${messages.home.heading(textInIsolation(site.organisationName))}</h1>
${signedIn ? signedInPart(signedIn, messages) : signedOutPart(signInUrl, messages)}`;
  return layout({ messages, site, title: messages.home.title, main });
}

function signedInPart({ account, signOutAction, csrfToken }: SignedIn, messages: Messages): Html {
  const texts = messages.home;
  const content = decisionButton(texts.signOut, decisions.signOut.signOut, 'button');
  return html`${personCard(messages.signedInAs, account)}
<p>${texts.signedIn}</p>
${postForm({ action: signOutAction, csrfToken, className: 'form', content })}`;
}

function signedOutPart(signInUrl: string | undefined, { home: texts }: Messages): Html {
  if (signInUrl === undefined) return html`<p class="lead">${texts.notSignedIn}</p><p>${texts.howToSignIn}</p>`;
  return html`<p class="lead">${texts.notSignedIn}</p>
<p class="go-on"><a class="button button-primary" href="${signInUrl}">${texts.signIn}</a></p>`;
}
