import knexFactory, { type Knex } from 'knex';
import { DatabaseError } from './database-error.ts';
import { databaseUnavailable, probe } from './database-health.ts';
import type { Database } from './database.ts';
import { knexLog, type OnWarning } from './knex-log.ts';

export interface PostgresqlDatabaseOptions {
  readonly databaseUrl: string;
  /** Most connections of this process; default 10. */
  readonly poolMax?: number | undefined;
  readonly onWarning?: OnWarning | undefined;
  /** The server's `server_version_num`, 150004 for 15.4. */
  readonly readServerVersion?: ((knex: Knex) => Promise<number>) | undefined;
  /**
   * How long to wait for a server that has gone without a word; default 20 seconds, longer than the server's own limit
   * on a statement.
   */
  readonly answerTimeoutMs?: number | undefined;
}

const oldestServerVersion = 150_000;
const connectTimeoutMs = 5000;
const statementTimeoutMs = 15_000;
const defaultAnswerTimeoutMs = 20_000;
const closeLimitMs = 5000;

/** Eight letters as a number, so that no other program's advisory lock is likely to be the same. */
const schemaLockKey = Buffer.from('latchkey').readBigInt64BE().toString();

/**
 * Connects to a PostgreSQL server, version 15 or newer. Connections that break are replaced, so after an outage queries
 * work again without a restart; during one they fail within 5 seconds.
 * @throws {DatabaseError} `ERR_DATABASE_UNAVAILABLE` no answer, `ERR_DATABASE_REFUSED` it lets us not in,
 * `ERR_DATABASE_TOO_OLD`
 */
export const openPostgresqlDatabase = async (options: PostgresqlDatabaseOptions): Promise<Database> => {
  const knex = connect(options, { max: options.poolMax ?? 10, limits: true });
  try {
    const version = await (options.readServerVersion ?? readServerVersion)(knex).catch(refuse);
    if (version < oldestServerVersion) {
      throw new DatabaseError(
        'ERR_DATABASE_TOO_OLD',
        `The server of DATABASE_URL is PostgreSQL ${Math.floor(version / 10_000)}; version 15 or newer is needed.`,
      );
    }
  } catch (error) {
    await knex.destroy();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    knex,
    kind: 'postgresql',
    health: () => probe(knex),
    changeSchema: (work) => changeSchema(options, work),
    close: () => (closing ??= Promise.race([knex.destroy(), delay(closeLimitMs)])),
  };
};

const readServerVersion = async (knex: Knex): Promise<number> => {
  const { rows } = await knex.raw<{ rows: { server_version_num: string }[] }>('show server_version_num');
  return Number(rows[0]?.server_version_num);
};

const refuse = (cause: unknown): never => {
  const said = cause instanceof Error ? cause.message.split(' - ').at(-1) : String(cause);
  throw databaseUnavailable(cause)
    ? new DatabaseError('ERR_DATABASE_UNAVAILABLE', `The server of DATABASE_URL does not answer: ${said}.`, { cause })
    : new DatabaseError('ERR_DATABASE_REFUSED', `The server of DATABASE_URL refuses: ${said}.`, { cause });
};

/**
 * Takes the lock in a transaction on a connection of its own, which the server ends with the process. The number stands
 * in the statement: a bound value would leave a portal with its snapshot open, and `create index concurrently` waits
 * for every snapshot older than its own.
 */
const changeSchema = async <T>(options: PostgresqlDatabaseOptions, work: (knex: Knex) => Promise<T>): Promise<T> => {
  const knex = connect(options, { max: 2, limits: false });
  try {
    return await knex.transaction(async (holder) => {
      await holder.raw(`select pg_advisory_xact_lock(${schemaLockKey})`);
      return work(knex);
    });
  } finally {
    await knex.destroy();
  }
};

type QueryCallback = (error: Error | null | undefined, result?: unknown) => void;
interface PgConnection {
  __knex__disposed?: unknown;
  query(query: string | object, ...rest: unknown[]): unknown;
}

const connect = (options: PostgresqlDatabaseOptions, how: { max: number; limits: boolean }): Knex =>
  knexFactory({
    client: 'pg',
    connection: {
      application_name: 'latchkey',
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: how.limits ? statementTimeoutMs : 0,
      idle_in_transaction_session_timeout: how.limits ? statementTimeoutMs : 0,
      query_timeout: how.limits ? (options.answerTimeoutMs ?? defaultAnswerTimeoutMs) : 0,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionString: options.databaseUrl, // its own parameters prevail over these
    } as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max: how.max,
      afterCreate: (connection: PgConnection, done: (error: Error | undefined, connection: PgConnection) => void) => {
        if (how.limits) discardWhenSilent(connection);
        connection.query("set time zone 'UTC'", (error: Error | undefined) => {
          if (error || how.limits) return done(error, connection);
          // Ends the statement of a migration whose process was killed. Not every platform of the server has it.
          connection.query("set client_connection_check_interval = '1s'", () => done(undefined, connection));
        });
      },
    },
    acquireConnectionTimeout: connectTimeoutMs,
    compileSqlOnError: false, // bound values are secrets and addresses, and error messages end up in logs
    log: knexLog(options.onWarning),
  });

/** pg gives up waiting for an answer but keeps the connection, and every later query would wait behind that answer. */
const discardWhenSilent = (connection: PgConnection): void => {
  const send = connection.query.bind(connection);
  connection.query = (query, ...rest) => {
    const callback = rest.at(-1);
    if (typeof callback !== 'function') return send(query, ...rest);
    return send(query, ...rest.slice(0, -1), ((error, result) => {
      if (error?.message === 'Query read timeout') connection.__knex__disposed = error;
      (callback as QueryCallback)(error, result);
    }) satisfies QueryCallback);
  };
};

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
