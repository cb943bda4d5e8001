import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import { layout } from './layout.ts';
import type { PageContext } from './site.ts';
import { nameInText, textInIsolation } from './text-in-isolation.ts';

export interface SignedOutPageModel extends PageContext {
  /** The way back to the application that asked. */
  readonly link?: { readonly url: string; readonly clientName: string } | undefined;
}

/** Says that the person is signed out. */
export function signedOutPage({ messages, site, link }: SignedOutPageModel): Html {
  const texts = messages.signedOut;
  const main = html`<h1>${texts.heading}</h1>
<p class="lead">${texts.done(nameInText(site.organisationName))}</p>
<p>${texts.sharedComputer}</p>
${link && html`<p class="go-on"><a class="button" href="${link.url}">${texts.backTo(textInIsolation(link.clientName))}</a></p>`}`;
  return layout({ messages, site, title: texts.heading, main });
}
