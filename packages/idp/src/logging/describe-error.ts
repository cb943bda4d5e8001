import { scrubText } from './scrub-text.ts';

/** What a log keeps of an error. */
export interface DescribedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** The frames alone: Node puts the message in front of them. */
  readonly stack?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  /** OAuth error of the engine, such as `invalid_grant`, and what it tells about it. */
  readonly error?: string;
  readonly description?: string;
  readonly cause?: DescribedError;
  readonly errors?: readonly DescribedError[];
}

const DEEPEST_CAUSE = 4;
const LONGEST_STACK = 4000;

/**
 * Turns whatever was thrown into plain data that is safe to log. Only these fields are taken: pg and knex put values into
 * `detail`, `where` and `bindings`, HTTP clients keep whole requests on their errors.
 */
export function describeError(thrown: unknown, depth = 0): DescribedError {
  if (!(thrown instanceof Error))
    return { name: typeof thrown, message: typeof thrown === 'string' ? scrubText(thrown) : 'not an error' };
  const fields = thrown as Error & Record<string, unknown>;
  const code = word(fields['code']);
  const described: Record<string, unknown> = {
    name: word(thrown.name) ?? 'Error',
    message: scrubText(withoutValues(thrown.message, code)),
    code,
    stack: framesOf(thrown),
    constraint: word(fields['constraint']),
    table: word(fields['table']),
    column: word(fields['column']),
    error: word(fields['error']),
    description: describe(fields['error_description'], fields['error_detail']),
  };
  if (thrown.cause !== undefined && depth < DEEPEST_CAUSE) described['cause'] = describeError(thrown.cause, depth + 1);
  if (thrown instanceof AggregateError && depth < DEEPEST_CAUSE) {
    described['errors'] = thrown.errors.slice(0, 5).map((error: unknown) => describeError(error, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(described).filter(([, value]) => value !== undefined),
  ) as unknown as DescribedError;
}

/** Names in code and in the schema; anything else has no business there. */
const word = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w.-]{1,63}$/.test(value) ? value : undefined;

function describe(...texts: unknown[]): string | undefined {
  const known = texts.filter((text) => typeof text === 'string' && text !== '');
  return known.length === 0 ? undefined : scrubText(known.join(': '));
}

/** knex writes `SQL - reason`; the reason quotes the value where a value was wrong (SQLSTATE class 22) or a function raised it (P0). */
function withoutValues(message: string, code: string | undefined): string {
  const isSql =
    /^\s*(?:select|insert|update|delete|with|begin|commit|rollback|savepoint|release|set|lock|create|alter|drop|truncate)\b/i;
  const text = isSql.test(message) ? message.replace(/'(?:[^']|'')*'/g, "'…'") : message;
  return code !== undefined && /^(?:22|P0)[0-9A-Z]{3}$/.test(code) ? text.replace(/: "[^]*$/, ': "…"') : text;
}

function framesOf({ stack }: Error): string | undefined {
  if (typeof stack !== 'string') return undefined;
  const frames = stack
    .split('\n')
    .filter((line) => /^ {4}at [^@]+(?:@[^@]+)*(?::\d+:\d+\)?|<anonymous>\)?|native\)?)$/.test(line));
  // File and function names are long words too; what has digits, capitals and small letters at once is rather a token.
  const isTokenLike = /^(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])/;
  return frames
    .join('\n')
    .slice(0, LONGEST_STACK)
    .replace(/[A-Za-z0-9_-]{20,}/g, (name) => (isTokenLike.test(name) ? '…' : name));
}
