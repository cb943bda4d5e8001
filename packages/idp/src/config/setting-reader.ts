import { readFileSync, statSync } from 'node:fs';
import { ConfigError, type SettingProblem } from './config-error.ts';

/** Reads a file that a setting names. Throws what node:fs throws. */
export type ReadFile = (path: string) => Uint8Array;

/** What a parser of one setting throws: the message goes on after the setting's name ("must be …"), without the value. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

const FILE_LIMIT_BYTES = 1024 * 1024;

// A pipe or a device would hold the start up for ever, a huge file would fill the memory.
const readSmallFile: ReadFile = (path) => {
  const file = statSync(path);
  if (!file.isFile()) throw Object.assign(new Error('not a file'), { code: 'not a regular file' });
  if (file.size > FILE_LIMIT_BYTES) throw Object.assign(new Error('too large'), { code: 'larger than 1 MiB' });
  return readFileSync(path);
};

/** Reads settings one after another and remembers every refusal, so that all of them can be told at once. */
export class SettingReader {
  readonly #env: NodeJS.ProcessEnv;
  readonly #readFile: ReadFile;
  readonly #problems: SettingProblem[] = [];

  constructor(env: NodeJS.ProcessEnv, readFile: ReadFile = readSmallFile) {
    this.#env = env;
    this.#readFile = readFile;
  }

  /** The setting without surrounding white space. An empty one counts as not set: compose files write `NAME: ${NAME:-}`. */
  text(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** Like `text`, but the value may instead stand in a file that `NAME_FILE` names. */
  secret(name: string): string | undefined {
    const fileSetting = `${name}_FILE`;
    const value = this.text(name);
    const path = this.text(fileSetting);
    if (path === undefined) return value;
    if (value !== undefined) {
      this.refuse(fileSetting, `and ${name} are both set: keep one of them`);
      return undefined;
    }
    const content = this.file(fileSetting, path);
    if (content === undefined) return undefined;
    const text = decodeUtf8(content)?.replace(/\r?\n$/, '');
    if (text === undefined) this.refuse(fileSetting, 'names a file that is not UTF-8 text');
    else if (text.trim() === '') this.refuse(fileSetting, 'names a file that is empty');
    else return text;
    return undefined;
  }

  /** The setting as its parser understands it; undefined when it is not set or was refused. */
  parsed<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : this.attempt(name, () => parse(text));
  }

  /** A whole number in decimal digits. */
  integer(name: string, range: { readonly min: number; readonly max: number; readonly fallback: number }): number {
    const { min, max, fallback } = range;
    const number = this.parsed(name, (text) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= min && value <= max)) throw new SettingError(`must be a whole number from ${min} to ${max}`);
      return value;
    });
    return number ?? fallback;
  }

  /** The file's bytes; undefined when it cannot be read, which is then remembered. The path is not told: it may be a secret set by mistake. */
  file(name: string, path: string): Uint8Array | undefined {
    try {
      return this.#readFile(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.refuse(name, `names a file that cannot be read (${code ?? 'unknown reason'})`);
      return undefined;
    }
  }

  /** Runs a parser and remembers the `SettingError` it may throw. */
  attempt<T>(name: string, parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      this.refuse(name, error.message);
      return undefined;
    }
  }

  refuse(setting: string, problem: string): void {
    this.#problems.push({ setting, problem });
  }

  /** Everything that was refused so far; undefined when nothing was. */
  error(): ConfigError | undefined {
    return this.#problems.length === 0 ? undefined : new ConfigError(this.#problems);
  }
}

function decodeUtf8(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}
