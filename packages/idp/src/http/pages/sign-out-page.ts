import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import { decisions } from './form-fields.ts';
import { layout } from './layout.ts';
import { personCard } from './person-card.ts';
import { decisionButton, postForm } from './post-form.ts';
import type { PageContext, PersonName } from './site.ts';
import { nameInText } from './text-in-isolation.ts';

export interface SignOutPageModel extends PageContext {
  readonly action: string;
  readonly csrfToken: string;
  readonly account: PersonName;
  /** The application that asked; undefined when the request names none. */
  readonly clientName: string | undefined;
  /** Fields that the end-session endpoint needs besides. */
  readonly hiddenFields?: Readonly<Record<string, string>> | undefined;
}

/**
 * Asks whether to sign out, so that no other site can do it by a link.
 * @see OpenID Connect RP-Initiated Logout 1.0, section 2
 */
export function signOutPage(model: SignOutPageModel): Html {
  const { messages, site, clientName } = model;
  const texts = messages.signOut;
  const buttons = html`<div class="buttons">
${decisionButton(texts.submit, decisions.signOut.signOut, 'button button-primary')}
${decisionButton(texts.stay, decisions.signOut.stay, 'button')}
</div>`;
  const main = html`<h1>${texts.heading}</h1>
${clientName !== undefined && html`<p class="lead">${texts.asks(nameInText(clientName))}</p>`}
${personCard(messages.signedInAs, model.account)}
<p>${texts.effect}</p>
${postForm({
  action: model.action,
  csrfToken: model.csrfToken,
  hiddenFields: model.hiddenFields,
  className: 'form',
  content: buttons,
})}`;
  return layout({ messages, site, title: texts.heading, main });
}
