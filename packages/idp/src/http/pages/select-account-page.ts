import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import { decisions } from './form-fields.ts';
import { layout } from './layout.ts';
import { displayName, personCard } from './person-card.ts';
import { decisionButton, postForm } from './post-form.ts';
import type { PageContext, PersonName } from './site.ts';
import { nameInText, textInIsolation } from './text-in-isolation.ts';

export interface SelectAccountPageModel extends PageContext {
  readonly action: string;
  readonly csrfToken: string;
  /** Who is signed in. */
  readonly account: PersonName;
  readonly clientName: string | undefined;
  /** Where the form that gives up is sent; without it there is no such form. */
  readonly cancelAction?: string | undefined;
}

/** Asks whether to go on with the account that is signed in, or with another one (`prompt=select_account`). */
export function selectAccountPage(model: SelectAccountPageModel): Html {
  const { messages, site, account, clientName } = model;
  const texts = messages.selectAccount;
  const buttons = html`<div class="buttons">
${decisionButton(texts.continueAs(textInIsolation(displayName(account))), decisions.selectAccount.continue, 'button button-primary')}
${decisionButton(texts.useAnother, decisions.selectAccount.useAnother, 'button')}
</div>
<p class="hint">${texts.useAnotherNote}</p>`;
  const main = html`<h1>${texts.heading}</h1>
<p class="lead">${clientName === undefined ? texts.toContinue : texts.toContinueTo(nameInText(clientName))}</p>
${personCard(messages.signedInAs, account)}
${postForm({ action: model.action, csrfToken: model.csrfToken, className: 'form', content: buttons })}
${
  model.cancelAction !== undefined &&
  postForm({
    action: model.cancelAction,
    csrfToken: model.csrfToken,
    content: html`<button type="submit" class="button button-quiet">${texts.cancel}</button>`,
  })
}`;
  return layout({ messages, site, title: texts.heading, main });
}
