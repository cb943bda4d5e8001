import { ApplicationKindError } from '../application-kind-error.ts';
import type { UserRow } from './user-rows.ts';

const maxLineLength = 1024 * 1024;

const escaped: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/**
 * Reads what `mysql --batch` and `mariadb --batch` print for a query: a line of column names and a line for each row,
 * separated by tabs, with `\n`, `\t`, `\0` and `\\` escaped. They print NULL as that word, which is therefore taken for NULL
 * in every column. Reads as it comes, so the table may be larger than memory.
 * @throws {ApplicationKindError} `ERR_USER_ROWS`
 */
export async function* mysqlBatchRows(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<UserRow, void, undefined> {
  let columns: readonly string[] | undefined;
  let lineNumber = 0;
  for await (const line of linesOf(bytes)) {
    lineNumber += 1;
    const fields = line.split('\t').map(unescape);
    if (columns === undefined) {
      if (new Set(fields).size < fields.length) throw malformed('two columns have the same name');
      columns = fields;
      continue;
    }
    if (fields.length !== columns.length) {
      throw malformed(`line ${lineNumber} has ${fields.length} columns instead of ${columns.length}`);
    }
    yield Object.fromEntries(columns.map((column, index) => [column, valueOf(fields[index])]));
  }
}

const malformed = (message: string): ApplicationKindError =>
  new ApplicationKindError('ERR_USER_ROWS', `the export is not what mysql --batch prints: ${message}`);

const valueOf = (field = ''): string | null => (field === 'NULL' ? null : field);

const unescape = (field: string): string =>
  field.replaceAll(/\\([nt0\\])/g, (_match, letter: string) => escaped[letter] ?? '');

/** A last line without its end may have been cut short; the client prints none. */
async function* linesOf(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  const decode = utf8Decoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decode(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineLength) throw malformed(`a line has more than ${maxLineLength} characters`);
    yield* lines;
  }
  if (rest + decode(undefined) !== '') throw malformed('its last line has no end');
}

/** Decodes chunk by chunk; without one, the end. */
const utf8Decoder = () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (chunk: Uint8Array | undefined): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw malformed('it is not UTF-8 (--default-character-set=utf8mb4)');
    }
  };
};
