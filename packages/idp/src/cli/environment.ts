import type { Readable, Writable } from 'node:stream';
import type { ApplicationKind } from '@latchkey/application-kind';
import type { CommandServices } from './commands.ts';

/** What the command line knows of the settings. */
export interface CliConfig {
  /** Absolute. The control socket of a running provider is found through it. */
  readonly dataDir: string;
}

/** Everything that the command line does not do itself. */
export interface CliEnvironment<Config extends CliConfig = CliConfig> {
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** @throws {ConfigError} */
  readConfig(): Config;
  /**
   * Opens the database for as long as the work takes, whose result it answers.
   * @throws an error with code `ERR_DATABASE_IN_USE`, before any work, when another process holds the embedded database
   */
  withServices<T>(config: Config, work: (services: CommandServices) => Promise<T>): Promise<T>;
  /** Runs the provider; settles when it has ended. */
  start(config: Config, output: { readonly json: boolean }): Promise<void>;
  /** The names of the migrations that were applied now. */
  migrate(config: Config): Promise<{ readonly applied: readonly string[] }>;
  /** What can be connected. */
  applicationKinds(): Promise<readonly ApplicationKind[]>;
  /** How long to wait for a database or provider that is busy starting or ending, in milliseconds; default 10 s. */
  readonly patienceMs?: number;
}
