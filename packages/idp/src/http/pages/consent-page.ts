import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import type { Messages } from '../messages/messages.ts';
import { decisions } from './form-fields.ts';
import { layout } from './layout.ts';
import { personCard } from './person-card.ts';
import { decisionButton, postForm } from './post-form.ts';
import type { PageContext, PersonName } from './site.ts';
import { nameInText, textInIsolation } from './text-in-isolation.ts';

/** What is asked for at one API. */
export interface ResourceScopes {
  /** The API's resource indicator (RFC 8707). */
  readonly resource: string;
  readonly scopes: readonly string[];
}

export interface ConsentPageModel extends PageContext {
  readonly action: string;
  readonly csrfToken: string;
  readonly account: PersonName;
  readonly clientName: string;
  /** The host of the redirect URI that the answer goes to; undefined for a native client. */
  readonly clientHost: string | undefined;
  /** A native client's name proves nothing (RFC 8252, section 8.6), so the page says so. */
  readonly isNative: boolean;
  /** The scopes at this provider, in the order in which they are shown. */
  readonly scopes: readonly string[];
  readonly resources: readonly ResourceScopes[];
}

/** Tells who asks for what, and lets the person allow or deny it. Both answers have the same weight. */
export function consentPage(model: ConsentPageModel): Html {
  const { messages, site } = model;
  const texts = messages.consent;
  const client = nameInText(model.clientName);
  const buttons = html`<div class="buttons buttons-equal">
${decisionButton(texts.allow, decisions.consent.allow, 'button')}
${decisionButton(texts.deny, decisions.consent.deny, 'button')}
</div>`;
  const main = html`<h1>${texts.heading(textInIsolation(model.clientName))}</h1>
${personCard(messages.signedInAs, model.account)}
${model.scopes.length > 0 && scopeList(texts.asksTo(client), model.scopes, messages)}
${model.resources.map(({ resource, scopes }) => scopeList(texts.asksAtResource(nameInText(resource)), scopes, messages))}
${model.isNative && html`<p class="notice">${texts.nativeNote}</p>`}
${model.clientHost !== undefined && html`<p class="hint">${texts.answerGoesTo(nameInText(model.clientHost))}</p>`}
${postForm({ action: model.action, csrfToken: model.csrfToken, className: 'form', content: buttons })}`;
  return layout({ messages, site, title: texts.title, main });
}

function scopeList(introduction: Html | string, scopes: readonly string[], messages: Messages): Html {
  return html`<p class="list-introduction">${introduction}</p>
<ul class="scopes">${scopes.map((scope) => html`<li>${scopeText(scope, messages)}</li>`)}</ul>`;
}

const scopeText = (scope: string, { consent: texts }: Messages): Html | string =>
  Object.hasOwn(texts.scopes, scope)
    ? (texts.scopes[scope] ?? scope)
    : texts.otherScope(html`<code><bdi>${scope}</bdi></code>`);
