/** What a browser's tokenizer makes of markup, as far as these tests need it. */
export type Token =
  | { readonly kind: 'doctype' }
  | { readonly kind: 'comment' }
  | { readonly kind: 'start'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'end'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

export type StartToken = Extract<Token, { kind: 'start' }>;

const rawTextElements = new Set(['script', 'style', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext']);
const escapableTextElements = new Set(['title', 'textarea']);

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decode = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole;
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal));
  });

/**
 * A lenient tokenizer after the HTML standard (section 13.2.5), written apart from the template reader: it takes single
 * quotes, no quotes, comments and stray characters as a browser does, so that it sees whatever a browser would see.
 */
export function parseHtml(markup: string): readonly Token[] {
  const source = markup.replace(/\r\n?/g, '\n');
  const tokens: Token[] = [];
  let position = 0;
  const addText = (text: string): void => {
    const last = tokens.at(-1);
    if (last?.kind === 'text') tokens[tokens.length - 1] = { kind: 'text', text: last.text + text };
    else if (text !== '') tokens.push({ kind: 'text', text });
  };
  const take = (sticky: RegExp): RegExpExecArray | undefined => {
    sticky.lastIndex = position;
    const match = sticky.exec(source) ?? undefined;
    if (match) position += match[0].length;
    return match;
  };

  while (position < source.length) {
    if (take(/<!--(?:-?>|[\s\S]*?(?:--!?>|$))/y)) tokens.push({ kind: 'comment' });
    else if (take(/<!doctype[^>]*>/iy)) tokens.push({ kind: 'doctype' });
    else if (take(/<[!?][^>]*>/y)) tokens.push({ kind: 'comment' });
    else {
      const end = take(/<\/([a-z][^\s/>]*)[^>]*>/iy);
      const start = end ? undefined : take(/<([a-z][^\s/>]*)/iy);
      if (end) tokens.push({ kind: 'end', name: (end[1] ?? '').toLowerCase() });
      else if (start) readStart((start[1] ?? '').toLowerCase());
      else addText(decode(take(/<?[^<]*/y)?.[0] ?? ''));
    }
  }
  return tokens;

  function readStart(name: string): void {
    const attributes = new Map<string, string>();
    for (;;) {
      take(/[\s/]+/y);
      const attribute = take(/([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?/y);
      if (!attribute) break;
      const key = (attribute[1] ?? '').toLowerCase();
      if (!attributes.has(key)) attributes.set(key, decode(attribute[2] ?? attribute[3] ?? attribute[4] ?? ''));
    }
    take(/>/y);
    tokens.push({ kind: 'start', name, attributes });
    if (rawTextElements.has(name) || escapableTextElements.has(name)) {
      const content = take(new RegExp(`[\\s\\S]*?(?=</${name}[\\s/>]|$)`, 'iy'))?.[0] ?? '';
      addText(rawTextElements.has(name) ? content : decode(content));
    }
  }
}

export const startTokens = (tokens: readonly Token[], name?: string): readonly StartToken[] =>
  tokens.filter((token): token is StartToken => token.kind === 'start' && (name === undefined || token.name === name));

/** The elements and their attributes' names, without any text: what an interpolated value must not change. */
export const shapeOf = (markup: string): readonly string[] =>
  parseHtml(markup)
    .filter(({ kind }) => kind !== 'text')
    .map((token) => {
      if (token.kind === 'start') return `<${[token.name, ...token.attributes.keys()].join(' ')}>`;
      return token.kind === 'end' ? `</${token.name}>` : token.kind;
    });
