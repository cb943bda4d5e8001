import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import type { ErrorKind } from '../messages/messages.ts';
import { layout } from './layout.ts';
import type { PageContext } from './site.ts';
import { textInIsolation } from './text-in-isolation.ts';

export interface ErrorPageModel extends PageContext {
  readonly kind: ErrorKind;
  /** A code for those who help, such as OAuth's `error`. */
  readonly code?: string | undefined;
  /** One technical sentence for those who help, such as OAuth's `error_description`; never with a secret in it. */
  readonly reason?: string | undefined;
  /** Finds the request in the log. */
  readonly requestId?: string | undefined;
  /** Where to go on; with a client's name it is the way back to that application, without one to the start page. */
  readonly link?: { readonly url: string; readonly clientName?: string | undefined } | undefined;
}

/** Tells what happened and what to do now. */
export function errorPage(model: ErrorPageModel): Html {
  const { messages, site, link } = model;
  const texts = messages.error;
  const { heading, happened, now } = texts.kinds[model.kind];
  const main = html`<h1>${heading}</h1>
<p class="lead">${happened}</p>
<p>${now}</p>
${
  link &&
  html`<p class="go-on"><a class="button" href="${link.url}">${
    link.clientName === undefined ? texts.toStart : texts.backTo(textInIsolation(link.clientName))
  }</a></p>`
}
${details(model)}`;
  return layout({ messages, site, title: heading, isError: true, main });
}

function details({ messages, code, reason, requestId }: ErrorPageModel): Html | undefined {
  const texts = messages.error;
  const rows = [
    [texts.code, code],
    [texts.reason, reason],
    [texts.requestId, requestId],
  ] as const;
  const given = rows.filter(([, value]) => value !== undefined);
  if (given.length === 0) return undefined;
  return html`<section class="details" aria-labelledby="details-heading">
<h2 id="details-heading">${texts.details}</h2>
<dl>${given.map(([name, value]) => html`<div><dt>${name}</dt><dd><code><bdi>${value}</bdi></code></dd></div>`)}</dl>
</section>`;
}
