/** What an application needs to be told of its provider. */
export interface ConnectionSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface PasteableSettings {
  /** Where it belongs: the end of a sentence that begins with "Paste". */
  readonly where: string;
  readonly lines: readonly string[];
}

/** The place of the settings in the application's local folder. */
export interface SettingsFile {
  /** Absolute. */
  readonly path: string;
  /** What stands there; undefined when there is no such file yet. */
  readonly present: ConnectionSettings | undefined;
  /**
   * Makes everything ready to write, so that whatever could go wrong goes wrong before there is a secret to lose.
   * @throws {ApplicationKindError} `ERR_SETTINGS_FILE`
   */
  prepare(): Promise<PreparedSettingsFile>;
}

export interface PreparedSettingsFile {
  /** Puts the file in place, whole or not at all, readable by its owner alone. @throws {ApplicationKindError} `ERR_SETTINGS_FILE` */
  write(settings: ConnectionSettings): Promise<void>;
  /** Leaves everything as it was. */
  discard(): Promise<void>;
}
