import type { Knex } from 'knex';

export interface DumpedTable {
  readonly name: string;
  readonly rows: number;
  /** Every value of every column, as text; bytes in all the ways in which they may be written. */
  readonly texts: readonly { readonly column: string; readonly text: string }[];
}

/** Every table, with all its columns. */
export const dumpDatabase = async (db: Knex): Promise<readonly DumpedTable[]> => {
  const names: string[] = await db('information_schema.tables')
    .where({ table_schema: 'public', table_type: 'BASE TABLE' })
    .orderBy('table_name')
    .pluck('table_name');
  const tables: DumpedTable[] = [];
  for (const name of names) {
    const rows = (await db(name)) as Record<string, unknown>[];
    const texts = rows.flatMap((row) =>
      Object.entries(row).flatMap(([column, value]) => textsOf(value).map((text) => ({ column, text }))),
    );
    tables.push({ name, rows: rows.length, texts });
  }
  return tables;
};

const textsOf = (value: unknown): readonly string[] => {
  if (value === null) return [];
  if (value instanceof Date) return [value.toISOString()];
  if (value instanceof Uint8Array) return encodings(Buffer.from(value));
  return [typeof value === 'string' ? value : JSON.stringify(value)];
};

const encodings = (bytes: Buffer): readonly string[] =>
  (['latin1', 'utf8', 'hex', 'base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding));

/** Where a value is found: as it is, or written in another way. */
export const findInDump = (tables: readonly DumpedTable[], value: string): readonly string[] => {
  const forms = new Set([value, encodeURIComponent(value), ...written(Buffer.from(value, 'utf8'))]);
  // Most of them are base64url themselves, and could be kept as the bytes that they stand for; the last character may
  // stand for a few bits more.
  const decoded = Buffer.from(value, 'base64url');
  if (decoded.length >= 8 && decoded.toString('base64url').slice(0, -1) === value.slice(0, -1)) {
    for (const form of written(decoded)) forms.add(form);
  }
  return tables.flatMap(({ name, texts }) =>
    texts.filter(({ text }) => [...forms].some((form) => text.includes(form))).map(({ column }) => `${name}.${column}`),
  );
};

/** Not as UTF-8: what is no text would become a row of replacement characters, which is found anywhere. */
const written = (bytes: Buffer): readonly string[] => [
  bytes.toString('latin1'),
  bytes.toString('hex'),
  bytes.toString('base64').replace(/=+$/, ''),
  bytes.toString('base64url'),
];

/** Where a short value stands on its own. */
export const findWordInDump = (tables: readonly DumpedTable[], word: string): readonly string[] =>
  tables.flatMap(({ name, texts }) =>
    texts.filter(({ text }) => text.split(/[^\w-]+/).includes(word)).map(({ column }) => `${name}.${column}`),
  );
