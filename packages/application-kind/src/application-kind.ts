import type { AddressOptions, ApplicationAddresses } from './addresses.ts';
import type { ApplicationUser } from './application-user.ts';
import type { ClientDefaults } from './client-defaults.ts';
import type { AskApplication, ConnectionProblem, ExpectedConnection } from './connection-check.ts';
import type { ConnectionSettings, PasteableSettings, SettingsFile } from './connection-settings.ts';
import type { PasswordVerifier } from './password-verifier.ts';
import type { UserRows } from './rows/user-rows.ts';
import type { UsernameRules } from './username-rules.ts';

/**
 * What the accounts side knows of one kind of application: how to connect one, how to see that it is connected, and how to
 * read the people it had before. It knows neither the provider nor its database; whatever it asks over the network it asks
 * through what it is given.
 */
export interface ApplicationKind {
  /** What `latchkey connect` calls it: lower-case letters. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;

  /**
   * What is wrong with this as the home address of such an application, as the end of a sentence that begins with the address;
   * undefined when nothing is.
   * @param home https, or http on loopback; no query, no fragment, no slash at the end of a path
   */
  homeFault(home: URL): string | undefined;
  /** The addresses below its home that the module answers. */
  addresses(home: URL, options: AddressOptions): ApplicationAddresses;
  readonly clientDefaults: ClientDefaults;

  /** What the administrator pastes, and where. The text holds the secret. */
  pasteableSettings(settings: ConnectionSettings): PasteableSettings;
  /**
   * Finds where the settings belong in the application's local folder. Writes nothing.
   * @throws {ApplicationKindError} `ERR_LOCAL_FOLDER`, `ERR_SETTINGS_FILE`
   */
  findSettingsFile(folder: string): Promise<SettingsFile>;

  /** Asks the application itself whether it is connected as expected. @returns what is wrong; empty when nothing is */
  check(expected: ExpectedConnection, ask: AskApplication): Promise<readonly ConnectionProblem[]>;

  readonly usernames: UsernameRules;
  /**
   * Reads the application's user table, in the order of the rows.
   * @throws {ApplicationKindError} `ERR_USER_ROWS`, which names the row and the column but repeats nothing of it
   */
  readUsers(rows: UserRows): AsyncIterable<ApplicationUser>;
  /** For the hashes in its user table, the usual one first. */
  passwordVerifiers(options: PasswordVerifierOptions): readonly PasswordVerifier[];
}

export interface PasswordVerifierOptions {
  /** Also hashes without salt, which whoever reads the table has broken: only where the administrator says so. */
  readonly unsalted: boolean;
}
