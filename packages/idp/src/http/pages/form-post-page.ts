import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import { layout } from './layout.ts';
import { hiddenInputs } from './post-form.ts';
import type { PageContext } from './site.ts';
import { nameInText } from './text-in-isolation.ts';

export interface FormPostPageModel extends PageContext {
  /** The client's redirect URI. */
  readonly action: string;
  /** The authorization response. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly clientName: string | undefined;
  /** The path of the script that submits the form; without scripts the button does. */
  readonly scriptPath: string;
}

/**
 * Sends an authorization response in the body of a form. The form has no CSRF token: it goes to another origin.
 * @see OAuth 2.0 Form Post Response Mode, section 2
 */
export function formPostPage({ messages, site, action, parameters, clientName, scriptPath }: FormPostPageModel): Html {
  const texts = messages.goOn;
  const main = html`<h1>${texts.heading}</h1>
<p class="lead">${texts.sendingTo(nameInText(clientName ?? messages.unnamedClient))}</p>
<form method="post" action="${action}" class="form">
${hiddenInputs(parameters)}
<button type="submit" class="button button-primary">${texts.submit}</button>
</form>`;
  return layout({ messages, site, title: texts.heading, scriptPath, main });
}
