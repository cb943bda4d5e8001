import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import type { Messages } from '../messages/messages.ts';
import { formFields, MAXIMUM_PASSWORD_LENGTH, MAXIMUM_USER_NAME_LENGTH } from './form-fields.ts';
import { layout } from './layout.ts';
import { personCard } from './person-card.ts';
import { postForm } from './post-form.ts';
import type { PageContext, PersonName } from './site.ts';
import { nameInText, textInIsolation } from './text-in-isolation.ts';

/**
 * Why a sign-in did not succeed. `wrong` also stands for an unknown, a disabled and a locked account, since the answer
 * must not tell whether an account exists.
 */
export type SignInError =
  | { readonly kind: 'wrong' }
  | { readonly kind: 'limited'; readonly waitMinutes: number }
  | { readonly kind: 'busy' }
  | { readonly kind: 'formExpired' };

export interface SignInPageModel extends PageContext {
  readonly action: string;
  readonly csrfToken: string;
  /** What was entered before, or the request's `login_hint`; empty at first. */
  readonly userName: string;
  /** The application that asked; undefined when nobody did. */
  readonly clientName: string | undefined;
  readonly error?: SignInError | undefined;
  /** Who is signed in already, when the application asked to sign in again (`prompt=login`, `max_age`). */
  readonly signedInAs?: PersonName | undefined;
  /** Where the form that gives up is sent; without it there is no such form. */
  readonly cancelAction?: string | undefined;
}

const ERROR_ID = 'sign-in-error';

/** Asks for user name and password. */
export function signInPage(model: SignInPageModel): Html {
  const { messages, site, error } = model;
  const texts = messages.signIn;
  const heading = model.signedInAs ? texts.againHeading : texts.heading;
  const main = html`<h1>${heading}</h1>
<p class="lead">${leadText(model)}</p>
${model.signedInAs && personCard(messages.signedInAs, model.signedInAs)}
${error && html`<p class="notice notice-error" id="${ERROR_ID}" role="alert">${errorText(error, messages)}</p>`}
${postForm({ action: model.action, csrfToken: model.csrfToken, className: 'form', content: fields(model) })}
${
  model.cancelAction !== undefined &&
  postForm({
    action: model.cancelAction,
    csrfToken: model.csrfToken,
    content: html`<button type="submit" class="button button-quiet">${texts.cancel}</button>`,
  })
}
<p class="hint">${texts.trouble(textInIsolation(site.organisationName))}</p>`;
  return layout({ messages, site, title: heading, isError: error !== undefined, main });
}

function leadText({ messages, site, clientName, signedInAs }: SignInPageModel): Html | string {
  const texts = messages.signIn;
  if (signedInAs) return clientName === undefined ? texts.againHere : texts.againAt(nameInText(clientName));
  return clientName === undefined
    ? texts.toOrganisation(nameInText(site.organisationName))
    : texts.toContinueTo(nameInText(clientName));
}

function fields({ messages, userName, error }: SignInPageModel): Html {
  const texts = messages.signIn;
  const describedBy = error && ERROR_ID;
  const invalid = error?.kind === 'wrong' && 'true';
  // The password is never sent back, so with a user name it is the first field that needs the person.
  const startsAtUserName = userName === '';
  return html`<div class="field">
<label for="username">${texts.userName}</label>
<input class="input" type="text" id="username" name="${formFields.userName}" value="${userName}"
 autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required
 maxlength="${MAXIMUM_USER_NAME_LENGTH}" aria-invalid="${invalid}" aria-describedby="${describedBy}"
 autofocus="${startsAtUserName && ''}">
</div>
<div class="field">
<label for="password">${texts.password}</label>
<input class="input" type="password" id="password" name="${formFields.password}"
 autocomplete="current-password" required
 maxlength="${MAXIMUM_PASSWORD_LENGTH}" aria-invalid="${invalid}" aria-describedby="${describedBy}"
 autofocus="${!startsAtUserName && ''}">
</div>
<button type="submit" class="button button-primary">${texts.submit}</button>`;
}

function errorText(error: SignInError, { signIn: texts }: Messages): string {
  switch (error.kind) {
    case 'limited':
      return texts.limited(error.waitMinutes);
    case 'wrong':
    case 'busy':
    case 'formExpired':
      return texts[error.kind];
  }
}
