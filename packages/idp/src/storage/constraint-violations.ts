const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

/** What a row refers to is not there (any more). SQLSTATE 23503. */
export const isForeignKeyViolation = (error: unknown): boolean => hasCode(error, '23503');

/** SQLSTATE 23505; the name of the constraint tells which key. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  hasCode(error, '23505') &&
  (constraint === undefined || (error as { readonly constraint?: unknown }).constraint === constraint);
