import { expect, it } from 'vitest';
import { lineOf, sumOf, tallyOf, type VitestReport } from '../../../tools/testing/tally.ts';

const report = (counts: Partial<VitestReport>): VitestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...counts,
});

it('counts tests by how they came out', () => {
  const counts = report({ numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 });
  expect(tallyOf(counts, 1)).toEqual({ passed: 5, failed: 2, skipped: 2 });
});

it('counts a file that did not load as a failure', () => {
  const broken = report({ testResults: [{ status: 'failed', assertionResults: [] }] });
  expect(tallyOf(broken, 1).failed).toBe(1);
});

it('counts a run that failed outside its tests, or that left no report, as a failure', () => {
  expect(tallyOf(report({ numPassedTests: 3 }), 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  expect(tallyOf(undefined, 0).failed).toBe(1);
});

it('sums runs into one line and mentions skipped tests only where there are any', () => {
  const one = { passed: 2, failed: 0, skipped: 0 };
  expect(lineOf(sumOf([one, one]))).toBe('4 passed, 0 failed');
  expect(lineOf(sumOf([one, { passed: 0, failed: 1, skipped: 3 }]))).toBe('2 passed, 1 failed, 3 skipped');
});
