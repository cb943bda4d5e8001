import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import { formFields } from './form-fields.ts';

interface PostFormModel {
  /** A path on this origin. */
  readonly action: string;
  readonly csrfToken: string;
  /** Fields that the receiver needs besides; never secret towards the person. */
  readonly hiddenFields?: Readonly<Record<string, string>> | undefined;
  readonly className?: string | undefined;
  readonly content: Html;
}

/** A form that changes something: sent by POST, with the CSRF token. */
export function postForm({ action, csrfToken, hiddenFields, className, content }: PostFormModel): Html {
  return html`<form method="post" action="${action}" class="${className}">
<input type="hidden" name="${formFields.csrfToken}" value="${csrfToken}">
${hiddenInputs(hiddenFields ?? {})}
${content}
</form>`;
}

/** One hidden input for each entry, in their order. */
export const hiddenInputs = (fields: Readonly<Record<string, string>>): readonly Html[] =>
  Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);

/** A button that sends its form together with what was decided. */
export const decisionButton = (label: Html | string, decision: string, className: string): Html =>
  html`<button type="submit" class="${className}" name="${formFields.decision}" value="${decision}">${label}</button>`;
