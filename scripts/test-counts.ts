/** The part of Vitest's JSON report that is read. */
export interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** A line each. */
  failures: string[];
}

/**
 * Counts tests, and what is no test but must not pass for a success: a file that could not be loaded or whose last
 * hook failed (a leak), and errors outside of every test, which show in Vitest's exit code alone.
 */
export function countTests(report: VitestReport | undefined, exitCode: number, folder: string): Counts {
  if (report === undefined) {
    return { passed: 0, failed: 1, skipped: 0, failures: ['Vitest did not finish; see above'] };
  }
  const failures = report.testResults.flatMap((file) => {
    const name = file.name.replace(`${folder}/`, '');
    const inFile = file.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => `${name}: ${fullName}`);
    if (inFile.length > 0 || file.status !== 'failed') return inFile;
    return [`${name}: ${file.message.split('\n')[0] || 'failed outside of its tests; see above'}`];
  });
  if (exitCode !== 0 && failures.length === 0) failures.push('errors outside of the tests; see above');
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}
