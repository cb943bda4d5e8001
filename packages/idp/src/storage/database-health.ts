import type { Knex } from 'knex';
import type { DatabaseHealth } from './database.ts';

const healthTimeoutMs = 5000;

/** The database cannot answer now, and may answer later. */
const unavailableCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT', // the socket file of a server that is stopped
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ERR_DATABASE_UNAVAILABLE',
  'ERR_DISK_FULL',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or recovering
  '57P05', // idle_session_timeout
  '57014', // query_canceled: the statement timeout, so the server is overloaded
  '25P03', // idle_in_transaction_session_timeout
  '25006', // read_only_sql_transaction: a standby, until the connection reaches the new primary
]);

/** 08: connection exception. 53: insufficient resources (disk full, out of memory, too many connections). */
const unavailableClasses = /^(?:08|53)[0-9A-Z]{3}$/;

/** pg and knex say these without a code. */
const unavailableMessages =
  /Connection terminated|timeout expired|Query read timeout|not queryable|Timeout acquiring a connection|Unable to acquire a connection|^aborted$/;

/** A missing file gives ENOENT too. */
const isOnFile = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT' && error.syscall !== 'connect';

const unavailability = (error: unknown, depth = 0): string | undefined => {
  if (!(error instanceof Error) || depth > 5) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && (unavailableCodes.has(code) || unavailableClasses.test(code)) && !isOnFile(error)) {
    return code;
  }
  // knex puts the statement in front of what the driver said.
  const said = error.message.split(' - ').at(-1) ?? '';
  if (code === undefined && unavailableMessages.test(said)) return 'no answer';
  return unavailability(error.cause, depth + 1);
};

/**
 * Whether an error means that the database is gone, overloaded or out of space for now, so that the same request may
 * succeed later (HTTP: 503 with Retry-After), as opposed to a defect of the statement or a violated constraint.
 */
export const databaseUnavailable = (error: unknown): boolean => unavailability(error) !== undefined;

/** Asks for one row. The reason names a code, never host, user or statement. */
export const probe = async (knex: Knex): Promise<DatabaseHealth> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<DatabaseHealth>((resolve) => {
    timer = setTimeout(resolve, healthTimeoutMs, { ok: false, reason: 'the database does not answer in time' });
  });
  const answer = knex.raw('select 1').then(
    (): DatabaseHealth => ({ ok: true }),
    (error: unknown): DatabaseHealth => ({
      ok: false,
      reason: `the database does not answer: ${unavailability(error) ?? codeOf(error)}`,
    }),
  );
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};

const codeOf = (error: unknown): string => {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? 'unknown error';
};
