import { basename } from 'node:path';

/** Where a test is, as node:test tells it. */
export interface TestPlace {
  /** The test file that runs it: an absolute path. */
  readonly entry: string;
  /** The file that declares it: the same, or a module that several test files share. */
  readonly file: string;
  readonly line: number | undefined;
  readonly name: string;
}

/** One test, or one file, that ended. Told by suite-process.ts, counted by {@link Tally}. */
export interface EndedTest extends TestPlace {
  readonly kind: 'test' | 'suite' | 'file';
  readonly passed: boolean;
  /** Why it did not run; undefined when it did. Empty when no reason was given. */
  readonly skipped: string | undefined;
  /** node:test's word for the cause, such as `testCodeFailure`, `subtestsFailed` or `hookFailed`. */
  readonly failureType: string | undefined;
  readonly message: string | undefined;
}

/** What is wrong, or was left out, and where: for the list at the end of a run. */
export interface Finding {
  readonly where: string;
  readonly what: string;
}

/**
 * Counts what a suite did. Stricter than node:test, which calls a file without tests one passed test and does not miss
 * the tests behind a `process.exit(0)`.
 */
export class Tally {
  passed = 0;
  readonly failures: Finding[] = [];
  readonly skips: Finding[] = [];
  readonly #unfinishedFiles: Set<string>;
  readonly #filesWithTests = new Set<string>();
  /** Announced and not yet ended, by entry file. */
  readonly #unfinishedTests = new Map<string, string[]>();

  /** @param files the absolute paths of all files that are to run */
  constructor(files: readonly string[]) {
    this.#unfinishedFiles = new Set(files);
  }

  get failed(): number {
    return this.failures.length;
  }

  get skipped(): number {
    return this.skips.length;
  }

  /** Notes a test that has to end later: else its file went away under it. */
  announce(test: TestPlace): void {
    this.#unfinishedTests.set(test.entry, [...(this.#unfinishedTests.get(test.entry) ?? []), placeOf(test)]);
  }

  end(test: EndedTest): void {
    if (test.kind === 'file') this.#endFile(test);
    else this.#endTest(test);
  }

  /** Counts what never ended, after the suite's process is gone. @param why such as `the limit of 900 s` */
  close(why: string): void {
    for (const file of this.#unfinishedFiles) this.fail(file, `did not end: ${why}`);
    this.#unfinishedFiles.clear();
  }

  fail(where: string, what: string): void {
    this.failures.push({ where, what });
  }

  #endTest(test: EndedTest): void {
    const place = placeOf(test);
    const unfinished = this.#unfinishedTests.get(test.entry) ?? [];
    if (unfinished.includes(place)) unfinished.splice(unfinished.indexOf(place), 1);

    // A suite counts only for what none of its tests can say: that it was left out, or that a hook of it failed.
    const counts = test.kind === 'test' || test.skipped !== undefined;
    if (counts) this.#filesWithTests.add(test.entry);
    if (test.skipped !== undefined) this.skips.push({ where: place, what: test.skipped || 'no reason given' });
    else if (!test.passed && (counts || test.failureType !== 'subtestsFailed')) {
      this.fail(place, test.message ?? 'failed');
    } else if (test.passed && counts) this.passed += 1;
  }

  #endFile({ entry, passed, failureType }: EndedTest): void {
    this.#unfinishedFiles.delete(entry);
    const unfinished = this.#unfinishedTests.get(entry) ?? [];
    if (!passed) {
      if (failureType !== 'subtestsFailed') this.fail(entry, 'failed outside its tests');
      return;
    }
    for (const place of unfinished) this.fail(place, 'never ended, yet its file did with exit code 0');
    if (unfinished.length === 0 && !this.#filesWithTests.has(entry)) this.fail(entry, 'holds no test');
  }
}

function placeOf({ entry, file, line, name }: TestPlace): string {
  return `${file}:${line ?? '?'} ${name}${entry === file ? '' : ` (in ${basename(entry)})`}`;
}
