import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closingReport, type PhaseResult, totalsLine, totalsOf } from './report.ts';

const results: readonly PhaseResult[] = [
  { name: 'types', seconds: 1.74, limitSeconds: 180, summary: 'passed', passed: 0, failures: [], skips: [] },
  {
    name: 'unit',
    seconds: 61.02,
    limitSeconds: 900,
    summary: '12 passed, 1 failed, 1 skipped',
    passed: 12,
    failures: [{ where: 'tools/a.test.ts:3 adds', what: 'one is not two' }],
    skips: [{ where: 'tools/b.test.ts:9 pages', what: 'no browser' }],
  },
];

describe('the closing report', () => {
  it('sums what the phases counted', () => {
    assert.deepEqual(totalsOf(results), { passed: 12, failed: 1, skipped: 1 });
    assert.deepEqual(totalsOf([]), { passed: 0, failed: 0, skipped: 0 });
  });

  it('ends in the line that programs read', () => {
    assert.equal(totalsLine({ passed: 12, failed: 0, skipped: 3 }), '12 passed, 0 failed, 3 skipped');
  });

  it('names each failure and skip with its reason, and each phase with its seconds and limit', () => {
    assert.equal(
      closingReport(results, { seconds: 63, limitSeconds: 4500, seed: 7 }),
      `
FAILED  unit: tools/a.test.ts:3 adds: one is not two
SKIPPED unit: tools/b.test.ts:9 pages: no browser

phase      seconds  limit  result
types          1.7    180  passed
unit          61.0    900  12 passed, 1 failed, 1 skipped
whole run     63.0   4500  seed 7
`,
    );
  });
});
