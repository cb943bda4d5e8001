import type { Finding } from './tally.ts';

/** What a phase came to. A check has no tests of its own: it fails once, or not at all. */
export interface PhaseResult {
  readonly name: string;
  readonly seconds: number;
  readonly limitSeconds: number;
  /** What the table shows: `passed`, `3 passed, 1 failed, 0 skipped`, why it was left out. */
  readonly summary: string;
  readonly passed: number;
  readonly failures: readonly Finding[];
  readonly skips: readonly Finding[];
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function totalsOf(results: readonly PhaseResult[]): Totals {
  return results.reduce(
    (sum, result) => ({
      passed: sum.passed + result.passed,
      failed: sum.failed + result.failures.length,
      skipped: sum.skipped + result.skips.length,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** The line that ends every run, in this form exactly: programs read it. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** What went wrong and what was left out, then every phase with its time and limit. */
export function closingReport(
  results: readonly PhaseResult[],
  run: { seconds: number; limitSeconds: number; seed: number },
): string {
  const findings = results.flatMap((result) => [
    ...result.failures.map((finding) => `FAILED  ${result.name}: ${finding.where}: ${finding.what}`),
    ...result.skips.map((finding) => `SKIPPED ${result.name}: ${finding.where}: ${finding.what}`),
  ]);
  const rows = [
    ['phase', 'seconds', 'limit', 'result'],
    ...results.map((result) => [result.name, result.seconds.toFixed(1), `${result.limitSeconds}`, result.summary]),
    ['whole run', run.seconds.toFixed(1), `${run.limitSeconds}`, `seed ${run.seed}`],
  ];
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const table = rows.map(([name = '', seconds = '', limit = '', summary = '']) =>
    `${name.padEnd(width(0))}  ${seconds.padStart(width(1))}  ${limit.padStart(width(2))}  ${summary}`.trimEnd(),
  );
  return ['', ...findings, ...(findings.length > 0 ? [''] : []), ...table, ''].join('\n');
}
