import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';

/**
 * Sets what a `.env` file says in this process's environment, where it is not set yet: the real environment wins. Does
 * nothing when there is no such file.
 * @throws {ConfigError} with one line when the file cannot be read or a line in it is not understood
 */
export function loadDotEnv(path: string): void {
  const text = read(path);
  if (text === undefined) return;
  // Node would make it a part of the first name.
  if (text.startsWith('\uFEFF'))
    throw new ConfigError([{ setting: path, problem: 'begins with a byte order mark: save it as UTF-8 without one' }]);
  const line = firstMalformedLine(text);
  // Node skips such lines without a word, and the setting would silently be its default. The line itself may hold a secret.
  if (line !== undefined)
    throw new ConfigError([{ setting: path, problem: `is malformed in line ${line}: expected NAME=value` }]);
  process.loadEnvFile(path);
}

function read(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const reason =
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? 'is not UTF-8 text'
        : `cannot be read (${code ?? 'unknown reason'})`;
    throw new ConfigError([{ setting: path, problem: reason }]);
  }
}

const BLANK_OR_COMMENT = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
/** A value in quotes may span lines; what follows its closing quote is ignored by Node, so only a comment is accepted there. */
const QUOTED =
  /[^\S\n]*(?:export[^\S\n]+)?[A-Za-z_][A-Za-z0-9_]*[^\S\n]*=[^\S\n]*(["'`])(?:(?!\1)[^])*\1[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
/** Blanks after `=` and nothing else are refused: Node then takes the next line for the value. */
const PLAIN = /[^\S\n]*(?:export[^\S\n]+)?[A-Za-z_][A-Za-z0-9_]*[^\S\n]*=(?:[^\S\n]*[^"'`\s][^\n]*|\r?)(?:\n|$)/y;

/** Counted from 1. */
function firstMalformedLine(text: string): number | undefined {
  let position = 0;
  while (position < text.length) {
    const end = [BLANK_OR_COMMENT, QUOTED, PLAIN]
      .map((form) => endOfMatch(form, text, position))
      .find((at) => at !== undefined);
    if (end === undefined) return text.slice(0, position).split('\n').length;
    position = end;
  }
  return undefined;
}

function endOfMatch(form: RegExp, text: string, position: number): number | undefined {
  form.lastIndex = position;
  return form.test(text) ? form.lastIndex : undefined;
}
