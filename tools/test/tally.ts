/** One test, or one file, that ended. Written by suite-process.ts, counted by {@link Tally}. */
export interface EndedTest {
  readonly kind: 'test' | 'suite' | 'file';
  readonly file: string;
  readonly line: number | undefined;
  readonly name: string;
  readonly passed: boolean;
  /** Why it did not run; undefined when it did. Empty when no reason was given. */
  readonly skipped: string | undefined;
  /** node:test's word for the cause, such as `testCodeFailure`, `subtestsFailed` or `hookFailed`. */
  readonly failureType: string | undefined;
  readonly message: string | undefined;
}

/** A test that was announced: it must end too, or its file went away under it. */
export interface AnnouncedTest {
  readonly file: string;
  readonly line: number | undefined;
  readonly name: string;
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
  readonly #unfinishedTests = new Map<string, number>();

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

  announce(test: AnnouncedTest): void {
    this.#filesWithTests.add(test.file);
    const place = placeOf(test);
    this.#unfinishedTests.set(place, (this.#unfinishedTests.get(place) ?? 0) + 1);
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
    const open = (this.#unfinishedTests.get(place) ?? 0) - 1;
    if (open > 0) this.#unfinishedTests.set(place, open);
    else this.#unfinishedTests.delete(place);

    // A suite counts only for what none of its tests can say: that it was left out, or that a hook of it failed.
    if (test.skipped !== undefined) this.skips.push({ where: place, what: test.skipped || 'no reason given' });
    else if (!test.passed && test.failureType !== 'subtestsFailed') this.fail(place, test.message ?? 'failed');
    else if (test.passed && test.kind === 'test') this.passed += 1;
    else if (!test.passed && test.kind === 'test' && test.failureType === 'subtestsFailed') {
      this.fail(place, test.message ?? 'a subtest failed');
    }
  }

  #endFile(file: EndedTest): void {
    this.#unfinishedFiles.delete(file.file);
    if (!file.passed && file.failureType !== 'subtestsFailed') this.fail(file.file, 'failed outside its tests');
    else if (file.passed && !this.#filesWithTests.has(file.file)) this.fail(file.file, 'holds no test');
    for (const place of this.#unfinishedTests.keys()) {
      if (!place.startsWith(`${file.file}:`)) continue;
      this.#unfinishedTests.delete(place);
      if (file.passed) this.fail(place, 'never ended, yet its file did with exit code 0');
    }
  }
}

function placeOf(test: AnnouncedTest): string {
  return `${test.file}:${test.line ?? '?'} ${test.name}`;
}
