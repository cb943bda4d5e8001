import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import { layout } from './layout.ts';
import type { PageContext } from './site.ts';
import { nameInText, textInIsolation } from './text-in-isolation.ts';

export interface ContinuePageModel extends PageContext {
  /** Where to go on; the resume URL of the interaction, as a rule. */
  readonly url: string;
  readonly clientName: string | undefined;
}

/**
 * Answers a form with status 200 and goes on from there by itself.
 *
 * A redirect would end the same way, but a browser applies `form-action 'self'` to every redirect that follows a form
 * (CSP 3, section 6.4.1.1, as Chromium does), and the chain ends at the application's origin. A refresh is a new
 * navigation, so the policy can stay strict.
 */
export function continuePage({ messages, site, url, clientName }: ContinuePageModel): Html {
  const texts = messages.goOn;
  const name = clientName ?? messages.unnamedClient;
  const main = html`<h1>${texts.heading}</h1>
<p class="lead">${texts.takingYouTo(nameInText(name))}</p>
<p class="go-on"><a class="button button-primary" href="${url}">${texts.continueTo(textInIsolation(name))}</a></p>`;
  return layout({ messages, site, title: texts.heading, refreshUrl: url, main });
}
