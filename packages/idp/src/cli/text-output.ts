import type { CommandResult, Json } from './command-result.ts';

/** How one member of a result is shown to people. */
export interface Shown {
  readonly label: string;
  readonly member: string;
  /** For members whose value alone would say too little. */
  readonly format?: (value: Json) => string;
}

export const shown = (label: string, member: string, format?: (value: Json) => string): Shown => ({
  label,
  member,
  ...(format && { format }),
});

/** The members of one result under each other; lists take a line for each of their values, what is not there none. */
export function renderFields(result: CommandResult, fields: readonly Shown[]): string {
  const present = fields.filter(({ member }) => !isEmpty(result[member]));
  const width = Math.max(0, ...present.map(({ label }) => label.length));
  const lines = present.flatMap((field) =>
    valuesOf(field, result).map((value, index) => `  ${(index === 0 ? field.label : '').padEnd(width)}  ${value}`),
  );
  return lines.join('\n');
}

/** A line for each row under a line of labels. */
export function renderTable(rows: readonly CommandResult[], columns: readonly Shown[]): string {
  const cells = [
    columns.map(({ label }) => label),
    ...rows.map((row) => columns.map((column) => valuesOf(column, row).join(', '))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => widthOf(line[index] ?? ''))));
  const pad = (cell: string, index: number): string => cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell));
  return cells.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** In characters as people see them, composed ones counted once. */
const widthOf = (text: string): number => Array.from(new Intl.Segmenter().segment(text)).length;

/** The list that a result holds under this name. */
export const rowsOf = (result: CommandResult, member: string): readonly CommandResult[] => {
  const rows = result[member];
  return Array.isArray(rows) ? rows.filter(isMembers) : [];
};

export const textOf = (result: CommandResult, member: string): string => valueText(member, result[member] ?? null);

/** What a change did to the sessions of an account, in a sentence. */
export function renderSignedOut(result: CommandResult): string {
  const { signed_out: signedOut } = result;
  if (signedOut === undefined || !isMembers(signedOut)) return '';
  const count = Number(signedOut['sessions']);
  if (count === 0) return 'No session was open.';
  const clients = valueText('client_ids', signedOut['client_ids'] ?? []);
  return `${count === 1 ? '1 session' : `${count} sessions`} ended${clients === '' ? '' : `, signed in to: ${clients}`}.`;
}

const isMembers = (value: Json): value is CommandResult =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

function valuesOf({ member, format }: Shown, result: CommandResult): readonly string[] {
  const value = result[member] ?? null;
  if (format) return [format(value)];
  return Array.isArray(value) ? value.map((item) => valueText(member, item)) : [valueText(member, value)];
}

function valueText(member: string, value: Json): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return isTime(member) ? timeText(value) : String(value);
  return Array.isArray(value) ? value.map((item) => valueText(member, item)).join(', ') : JSON.stringify(value);
}

const isTime = (member: string): boolean => member.endsWith('_at') || member === 'active_from';

const timeText = (epochSeconds: number): string =>
  `${new Date(epochSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
