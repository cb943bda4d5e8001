/** One setting that is wrong or missing, and what it should be. Never holds the value. */
export interface SettingProblem {
  /** The name of the environment variable, or of the file that could not be read. */
  readonly setting: string;
  /** What is expected, in one line. */
  readonly problem: string;
}

/** The settings cannot be used. The message has one line for each wrong or missing one and never a value of a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'ERR_CONFIG';
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    super(problems.map(({ setting, problem }) => `${setting} ${problem}`).join('\n'));
    this.problems = problems;
  }
}
