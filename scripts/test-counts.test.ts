import { expect, test } from 'vitest';
import { countTests, type VitestReport } from './test-counts.ts';

const report = (testResults: VitestReport['testResults'], passed = 0): VitestReport => ({
  numPassedTests: passed,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults,
});

test('a failed test counts once, by file and name', () => {
  const file = {
    name: '/x/a.test.ts',
    status: 'failed',
    message: '',
    assertionResults: [{ status: 'failed', fullName: 'it works' }],
  };
  expect(countTests(report([file], 3), 1, '/x')).toEqual({
    passed: 3,
    failed: 1,
    skipped: 1,
    failures: ['a.test.ts: it works'],
  });
});

test('a file that fails outside of its tests counts as one failure', () => {
  const file = {
    name: '/x/a.test.ts',
    status: 'failed',
    message: 'cannot load\nstack',
    assertionResults: [],
  };
  expect(countTests(report([file]), 1, '/x').failures).toEqual(['a.test.ts: cannot load']);
});

test('an exit code that nothing explains is a failure', () => {
  expect(countTests(report([], 5), 1, '/x').failed).toBe(1);
  expect(countTests(undefined, 0, '/x').failed).toBe(1);
});
