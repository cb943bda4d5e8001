/** Letters that Unicode does not take apart. */
const unfolded: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ß: 'ss',
    ẞ: 'SS',
    æ: 'ae',
    Æ: 'AE',
    œ: 'oe',
    Œ: 'OE',
    ø: 'o',
    Ø: 'O',
    đ: 'd',
    Đ: 'D',
    ð: 'd',
    Ð: 'D',
    þ: 'th',
    Þ: 'TH',
    ł: 'l',
    Ł: 'L',
    ı: 'i',
  }),
);

/**
 * Takes a text's accents off (`Zoë` becomes `Zoe`), and brings other forms of ASCII letters to these (NFKD). What is no
 * ASCII after that is left as it is.
 */
export const foldToAscii = (text: string): string =>
  Array.from(text.normalize('NFKD').replaceAll(/\p{M}+/gu, ''), (letter) => unfolded.get(letter) ?? letter).join('');
