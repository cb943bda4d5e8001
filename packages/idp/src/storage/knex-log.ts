/** One line about the state of the connections, without values of statements. */
export type OnWarning = (message: string) => void;

/** knex's own log writes to stdout; ours goes where the caller says, or nowhere. */
export const knexLog = (onWarning: OnWarning = () => {}) => {
  const firstLine = (message: unknown) => onWarning(String(message).split('\n', 1)[0] ?? '');
  return { warn: firstLine, error: firstLine, deprecate: firstLine, debug: () => {} };
};
