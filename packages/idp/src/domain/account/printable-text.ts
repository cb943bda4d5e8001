/**
 * What a text that people will see must not hold: control characters, line and paragraph separators, halves of
 * surrogate pairs, and the marks that reorder the text around them (embeddings, overrides, isolates), with which a name
 * can look like another or turn the rest of a line around.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202A-\u202E\u2066-\u2069]/u;

/** At least one character must leave ink. */
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Unicode code points, which is what people count as characters more often than UTF-16 units. */
export const lengthInCodePoints = (text: string): number => Array.from(text).length;

/**
 * Brings a text into the form in which it is kept: composed (NFC) and without white space around it.
 * @returns what is wrong with it as the end of a sentence ("must have …"), or the text
 */
export function printableText(
  text: string,
  maxCodePoints: number,
): { readonly text: string; readonly fault?: undefined } | { readonly fault: string } {
  // First, because trimming would hide a line break at the end.
  if (unprintable.test(text))
    return { fault: 'must not have control characters, line breaks or marks that reorder text' };
  const kept = text.normalize('NFC').trim();
  if (!visible.test(kept)) return { fault: 'must have at least one visible character' };
  if (lengthInCodePoints(kept) > maxCodePoints) return { fault: `must have at most ${maxCodePoints} characters` };
  return { text: kept };
}
