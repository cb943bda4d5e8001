import { parseArgs } from 'node:util';

export interface RunArguments {
  readonly seed: number;
  /** Names of the only phases to run; `check` stands for all checks. Empty: every phase. */
  readonly only: readonly string[];
  /** Narrows the suites' files; the checks are left out then. */
  readonly file: string | undefined;
}

const HIGHEST_SEED = 2 ** 32 - 1;

export const usage = `npm test                        all checks, then all suites
npm test -- --only unit         one suite; may be repeated, and "check" stands for the checks
npm test -- --file GLOB         the test files that match, by path or by the end of a path; no checks
npm test -- --seed N            the order of files of an earlier run
`;

/** @throws {TypeError} when an argument is unknown or has no meaning; its message is for whoever typed it */
export function readArguments(commandLine: readonly string[], phases: readonly string[]): RunArguments {
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      seed: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      file: { type: 'string' },
    },
  });
  const unknown = values.only.find((name) => !phases.includes(name));
  if (unknown !== undefined) throw new TypeError(`There is no "${unknown}"; choose from ${phases.join(', ')}`);
  return { seed: readSeed(values.seed), only: values.only, file: values.file };
}

function readSeed(text: string | undefined): number {
  if (text === undefined) return Math.floor(Math.random() * HIGHEST_SEED);
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > HIGHEST_SEED)
    throw new TypeError(`--seed takes a whole number up to ${HIGHEST_SEED}`);
  return seed;
}
