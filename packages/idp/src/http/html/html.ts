import { escapeHtml } from './escape-html.ts';
import { HtmlError } from './html-error.ts';
import { isSafeUrl } from './safe-url.ts';
import { planTemplate } from './template-plan.ts';
import type { AttributePart, TemplatePart } from './template-plan.ts';

/** Markup that a template made. It cannot be made in any other way, so whoever holds one need not escape it. */
class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }

  static is(value: unknown): value is Html {
    return typeof value === 'object' && value !== null && #markup in value;
  }
}

export type { Html };

/** What a template takes: text and numbers are escaped, markup stays, lists are joined, the last three are nothing. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | undefined | null | false;

// Keyed by the frozen array that the language makes once for each place where a template is written.
const plans = new WeakMap<TemplateStringsArray, readonly TemplatePart[]>();

/**
 * Builds markup from a template: `` html`<p title="${title}">${text}</p>` ``.
 *
 * Values go into element content and into double-quoted attribute values only, always escaped; `template-plan.ts` says
 * what else a template may be. An attribute whose whole value is one hole that holds nothing is left out, so
 * `` autofocus="${isFirst && ''}" `` is a conditional attribute. URL attributes take what `isSafeUrl` accepts.
 *
 * @throws {HtmlError} on the first use when the template is wrong, and when a value does not fit its place
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(
    planOf(strings)
      .map((part) => renderPart(part, values))
      .join(''),
  );
}

function planOf(strings: TemplateStringsArray): readonly TemplatePart[] {
  const known = plans.get(strings);
  if (known) return known;
  if (!Object.isFrozen(strings) || !Object.isFrozen(strings.raw)) {
    throw new HtmlError('ERR_HTML_TEMPLATE', 'html is a template tag; it cannot be called with strings.');
  }
  const plan = planTemplate(strings);
  plans.set(strings, plan);
  return plan;
}

function renderPart(part: TemplatePart, values: readonly HtmlValue[]): string {
  switch (part.kind) {
    case 'markup':
      return part.markup;
    case 'content':
      return renderContent(values[part.hole], part.takesHtml);
    case 'attribute':
      return renderAttribute(part, values);
  }
}

function renderContent(value: HtmlValue, takesHtml: boolean): string {
  if (isNothing(value)) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  if (Array.isArray(value)) return value.map((item: HtmlValue) => renderContent(item, takesHtml)).join('');
  if (Html.is(value) && takesHtml) return value.toString();
  throw new HtmlError(
    'ERR_HTML_VALUE',
    takesHtml ? 'Content is text, a number, Html, or a list of them.' : 'This element holds text only.',
  );
}

function renderAttribute(part: AttributePart, values: readonly HtmlValue[]): string {
  const [only] = part.pieces;
  if (part.pieces.length === 1 && typeof only === 'number' && isNothing(values[only])) return '';
  const texts = part.pieces.map((piece) =>
    typeof piece === 'number' ? attributeText(part.name, values[piece]) : piece,
  );
  if (part.rule !== 'text') checkUrl(part, texts);
  const escaped = texts.map((text, index) => (typeof part.pieces[index] === 'number' ? escapeHtml(text) : text));
  return ` ${part.name}="${part.prefix}${escaped.join('')}"`;
}

function attributeText(name: string, value: HtmlValue): string {
  if (isNothing(value)) return '';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new HtmlError('ERR_HTML_VALUE', `Attribute "${name}" takes text or a number.`);
}

/** The URL is looked at as a whole: two harmless pieces can make a harmful one. (`&amp;` is no part of a scheme.) */
function checkUrl(part: AttributePart, texts: readonly string[]): void {
  const url = texts.join('');
  const urls = part.rule === 'urls' ? url.split(/\s+/) : [url];
  if (!urls.every(isSafeUrl))
    throw new HtmlError('ERR_HTML_URL', `Attribute "${part.name}" has a URL that is refused.`);
}

const isNothing = (value: HtmlValue): value is undefined | null | false =>
  value === undefined || value === null || value === false;
