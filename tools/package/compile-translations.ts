/**
 * Compiles translations: the text of a .po file into that of a .mo file, which is all that WordPress 6.1 reads. Without plural
 * forms, which ours have none of.
 * @throws where the text is not of that form
 * @see GNU gettext manual, sections 3 (The Format of PO Files) and 10.3 (The Format of GNU MO Files)
 */
export const compileTranslations = (po: string): Buffer => {
  const entries = readEntries(po)
    .filter(({ translation, isFuzzy }) => translation !== '' && !isFuzzy)
    .map(({ text, translation }) => ({ text: Buffer.from(text), translation: Buffer.from(translation) }))
    .toSorted((one, other) => Buffer.compare(one.text, other.text));
  const tables = 28;
  // WordPress wants to know where a table of hashes would be, although there is none.
  const texts = tables + 16 * entries.length;
  let offset = texts;
  const header = Buffer.alloc(offset);
  const place = (at: number, text: Buffer): void => {
    header.writeUInt32LE(text.length, at);
    header.writeUInt32LE(offset, at + 4);
    offset += text.length + 1;
  };
  entries.forEach(({ text }, index) => place(tables + 8 * index, text));
  entries.forEach(({ translation }, index) => place(tables + 8 * (entries.length + index), translation));
  [0x950412de, 0, entries.length, tables, tables + 8 * entries.length, 0, texts].forEach((value, index) =>
    header.writeUInt32LE(value, 4 * index),
  );
  const zero = Buffer.alloc(1);
  const originals = entries.flatMap(({ text }) => [text, zero]);
  const translations = entries.flatMap(({ translation }) => [translation, zero]);
  return Buffer.concat([header, ...originals, ...translations]);
};

export interface TranslationEntry {
  readonly text: string;
  readonly translation: string;
  readonly isFuzzy: boolean;
}

/** The entries of a .po file; the one with an empty text is its header. */
export const readEntries = (po: string): TranslationEntry[] =>
  po
    .split(/\n{2,}/)
    .filter((block) => /^msgid /m.test(block))
    .map((block) => {
      const read = (name: string): string => {
        const found = new RegExp(`^${name} ((?:"(?:[^"\\\\\\n]|\\\\.)*"\\n?)+)`, 'm').exec(block);
        if (found?.[1] === undefined) throw new Error(`no ${name} in ${block}`);
        const lines = found[1].trim().split('\n');
        return lines.map((line) => JSON.parse(line) as string).join('');
      };
      return { text: read('msgid'), translation: read('msgstr'), isFuzzy: /^#, .*\bfuzzy\b/m.test(block) };
    });
