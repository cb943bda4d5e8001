import { attributeRule, isForbiddenAttribute } from './attribute-rules.ts';
import type { AttributeRule } from './attribute-rules.ts';
import { HtmlError } from './html-error.ts';
import { isSafeUrl } from './safe-url.ts';

/** A stretch of a template. Holes are the places of interpolated values, counted from 0. */
export type TemplatePart =
  | { readonly kind: 'markup'; readonly markup: string }
  /** A hole in element content. `title` and `textarea` take text only. */
  | { readonly kind: 'content'; readonly hole: number; readonly takesHtml: boolean }
  | AttributePart;

/** An attribute with at least one hole; `pieces` are markup (string) and holes (number), `prefix` is outside the URL. */
export interface AttributePart {
  readonly kind: 'attribute';
  readonly name: string;
  readonly rule: Exclude<AttributeRule, 'refused'>;
  readonly prefix: string;
  readonly pieces: readonly (string | number)[];
}

// A noncharacter, which no template contains, stands for a hole while the template is read.
const HOLE = '\uFFFF';

const voidElements = new Set(['area', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr']);
const textOnlyElements = new Set(['textarea', 'title']);
// Their content follows other rules, they load foreign documents, or they change what the page's own URLs mean.
const forbiddenElements = new Set(
  'applet base embed frame frameset iframe listing math noembed noframes noscript object plaintext style template xmp'.split(
    ' ',
  ),
);

/**
 * Reads a template's fixed strings once and tells what may stand in each hole.
 *
 * The language is a strict part of HTML: every element is closed in its own template, attribute values stand in double
 * quotes, and there are no comments, no inline script and no inline style. So the context of each hole is known from
 * the template alone, and a fragment can never change the context of what surrounds it.
 *
 * @throws {HtmlError} `ERR_HTML_TEMPLATE` when the template leaves that language, or has a hole where none is allowed
 */
export function planTemplate(strings: readonly string[]): readonly TemplatePart[] {
  if (strings.some((string) => typeof string !== 'string' || string.includes(HOLE))) {
    throw new HtmlError('ERR_HTML_TEMPLATE', 'The template has an invalid escape sequence or a noncharacter.');
  }
  return new TemplateReader(strings.join(HOLE)).read();
}

interface Attribute {
  readonly name: string;
  /** As it is written, holes included; undefined when the attribute has no value. */
  readonly value: string | undefined;
}

/** A tag's attributes by their names in lower case. */
type Attributes = ReadonlyMap<string, Attribute>;

class TemplateReader {
  readonly #source: string;
  readonly #parts: TemplatePart[] = [];
  readonly #open: string[] = [];
  #markup = '';
  #position = 0;
  #hole = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): readonly TemplatePart[] {
    while (this.#position < this.#source.length) {
      if (this.#take(/\uFFFF/y)) this.#addContentHole();
      else if (this.#source[this.#position] === '<') this.#readTag();
      else this.#markup += this.#take(/[^<\uFFFF]+/y)?.[0] ?? '';
    }
    if (this.#open.length > 0) this.#fail(`<${this.#open.at(-1)}> is not closed in its own template`);
    this.#flush();
    return this.#parts;
  }

  #addContentHole(): void {
    this.#add({ kind: 'content', hole: this.#nextHole(), takesHtml: !this.#isInTextOnlyElement() });
  }

  #readTag(): void {
    const end = this.#take(/<\/([a-z][a-z0-9-]*)\s*>/iy);
    if (end) return this.#closeElement(end[0], end[1] ?? '');
    if (this.#isInTextOnlyElement()) this.#fail(`<${this.#open.at(-1)}> holds text only`);
    const doctype = this.#take(/<!doctype html>/iy);
    if (doctype) {
      this.#markup += doctype[0];
      return;
    }
    const start = this.#take(/<([a-z][a-z0-9-]*)/iy);
    if (!start)
      this.#fail('"<" begins neither an element nor the document type (comments and "<" as text are refused)');
    this.#openElement(start[0], (start[1] ?? '').toLowerCase());
  }

  #closeElement(tag: string, name: string): void {
    const open = this.#open.pop();
    if (open !== name.toLowerCase()) this.#fail(`</${name}> closes <${open ?? 'nothing'}>`);
    this.#markup += tag;
  }

  #openElement(tag: string, element: string): void {
    if (forbiddenElements.has(element)) this.#fail(`<${element}> is refused`);
    this.#markup += tag;
    const attributes = this.#readAttributes();
    for (const attribute of attributes.values()) this.#addAttribute(element, attribute, attributes);

    const end = this.#take(/\s*(\/?)>/y);
    if (!end)
      this.#fail(`<${element}> has a hole outside a double-quoted value, or an attribute that is not name="value"`);
    this.#markup += end[0];
    if (element === 'script') this.#endScript(attributes);
    else if (voidElements.has(element)) return;
    else if (end[1] === '') this.#open.push(element);
    else if (!this.#open.includes('svg') || textOnlyElements.has(element))
      this.#fail(`<${element}/> does not close itself in HTML`);
  }

  #readAttributes(): Attributes {
    const attributes = new Map<string, Attribute>();
    for (;;) {
      const match = this.#take(/\s+([a-z][a-z0-9:._-]*)(?:="([^"]*)")?(?=[\s/>])/iy);
      if (!match) return attributes;
      const name = match[1] ?? '';
      const key = name.toLowerCase();
      // A parser keeps the first of two, so the rules would be applied to the wrong one.
      if (attributes.has(key)) this.#fail(`attribute "${name}" stands twice`);
      if (isForbiddenAttribute(key)) this.#fail(`attribute "${name}" is refused`);
      attributes.set(key, { name, value: match[2] });
    }
  }

  #addAttribute(element: string, { name, value }: Attribute, siblings: Attributes): void {
    if (value === undefined) {
      this.#markup += ` ${name}`;
      return;
    }
    const pragma = siblings.get('http-equiv');
    const isRefresh = element === 'meta' && name.toLowerCase() === 'content' && pragma !== undefined;
    if (isRefresh && pragma.value !== 'refresh') this.#fail('http-equiv is for "refresh" alone');
    const prefix = isRefresh ? /^\d+;\s*url=/i.exec(value)?.[0] : '';
    if (prefix === undefined) this.#fail('the content of a refresh is SECONDS;url=URL');

    const rule = isRefresh ? 'url' : attributeRule(name.toLowerCase());
    const chunks = value.slice(prefix.length).split(HOLE);
    if (rule === 'url' || rule === 'urls') this.#checkUrlChunks(name, chunks);
    if (chunks.length === 1) {
      this.#markup += ` ${name}="${value}"`;
      return;
    }
    if (rule === 'refused') this.#fail(`attribute "${name}" takes no interpolation`);
    const pieces = chunks.flatMap((chunk, index) => (index === 0 ? [chunk] : [this.#nextHole(), chunk]));
    this.#add({ kind: 'attribute', name, rule, prefix, pieces: pieces.filter((piece) => piece !== '') });
  }

  /** The fixed text of a URL must be what it looks like, since the whole is checked again when the holes are filled. */
  #checkUrlChunks(name: string, chunks: readonly string[]): void {
    if (chunks.some((chunk) => chunk.replaceAll('&amp;', '').includes('&'))) {
      this.#fail(`attribute "${name}" has a character reference other than &amp;`);
    }
    if (chunks.length === 1 && !isSafeUrl(chunks[0] ?? '')) this.#fail(`attribute "${name}" has a URL that is refused`);
  }

  #endScript(attributes: Attributes): void {
    const end = this.#take(/<\/script>/iy);
    if (!end || !attributes.has('src')) this.#fail('<script> has a src and no content');
    this.#markup += end[0];
  }

  #isInTextOnlyElement(): boolean {
    return textOnlyElements.has(this.#open.at(-1) ?? '');
  }

  #nextHole(): number {
    this.#hole += 1;
    return this.#hole - 1;
  }

  #take(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#position;
    const match = sticky.exec(this.#source) ?? undefined;
    if (match) this.#position += match[0].length;
    return match;
  }

  #add(part: TemplatePart): void {
    this.#flush();
    this.#parts.push(part);
  }

  #flush(): void {
    if (this.#markup !== '') this.#parts.push({ kind: 'markup', markup: this.#markup });
    this.#markup = '';
  }

  #fail(reason: string): never {
    const line = this.#source.slice(0, this.#position).split('\n').length;
    throw new HtmlError('ERR_HTML_TEMPLATE', `HTML template, line ${line}: ${reason}.`);
  }
}
