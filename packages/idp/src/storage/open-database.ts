import type { Database } from './database.ts';
import type { OnWarning } from './knex-log.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';
import { openPostgresqlDatabase } from './postgresql-database.ts';

export interface OpenDatabaseOptions {
  /** A PostgreSQL server, 15 or newer; without it the embedded database in `dataDir` is opened. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
  /** Most connections to PostgreSQL; default 10. The embedded database has one. */
  readonly poolMax?: number | undefined;
  /** The embedded database does not answer any more; must end the process. Default: a line on stderr, exit code 70. */
  readonly onFatal?: ((reason: string) => void) | undefined;
  /** Told in one line, without values of statements, about connections that fail. Default: nobody is. */
  readonly onWarning?: OnWarning | undefined;
}

/**
 * Opens the database that the settings name. It is not migrated yet: see `migrate`.
 * @throws {DatabaseError} with one line for the operator
 */
export const openDatabase = ({ databaseUrl, ...options }: OpenDatabaseOptions): Promise<Database> =>
  databaseUrl === undefined
    ? openEmbeddedDatabase(options)
    : openPostgresqlDatabase({ databaseUrl, poolMax: options.poolMax, onWarning: options.onWarning });
