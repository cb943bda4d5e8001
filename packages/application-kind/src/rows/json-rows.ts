import { ApplicationKindError } from '../application-kind-error.ts';
import type { UserRow } from './user-rows.ts';

/**
 * Reads an array of flat objects, such as `wp user list --format=json` prints. Numbers become text; what is nested or
 * a boolean is left out.
 * @throws {ApplicationKindError} `ERR_USER_ROWS`
 */
export function jsonRows(text: string): readonly UserRow[] {
  let rows: unknown;
  try {
    rows = JSON.parse(text.replace(/^\u{feff}/u, ''));
  } catch {
    // The parser's message quotes what it read.
    throw new ApplicationKindError('ERR_USER_ROWS', 'the export is not JSON');
  }
  if (!Array.isArray(rows)) throw new ApplicationKindError('ERR_USER_ROWS', 'the export must be a JSON array of users');
  return rows.map((row: unknown, index) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new ApplicationKindError('ERR_USER_ROWS', `user ${index + 1} of the export must be a JSON object`);
    }
    return flat(row);
  });
}

const flat = (row: object): UserRow =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]: [string, unknown]): readonly [string, string | null][] => {
      if (value === null) return [[name, null]];
      return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];
    }),
  );
