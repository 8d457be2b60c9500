import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { evaluateTest } from './evaluate-test.ts';
import type { TestMetrics } from './publish-test-metrics.ts';
import { isFinished } from './test-plan.ts';

export interface SweepTestsDeps {
  /** Connections as `assay_judge`. */
  pool: Pool;
  log: Logger;
  publish: TestMetrics;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** A look is five statements and 31 µs of arithmetic; what does not fit in one run is first in the next. */
const testsMax = 1_000;

/**
 * Looks at every running test that has something new. A test that cannot be looked at is logged and does not keep the
 * others waiting; it is tried again in the next run.
 *
 * @returns how many were looked at.
 */
export async function sweepTests(deps: SweepTestsDeps, signal: AbortSignal): Promise<number> {
  const { rows } = await deps.pool.query<{ test_id: string }>(
    sql(import.meta.url, './sql/find-due-tests.sql'),
    [deps.clock(), testsMax],
  );
  let looked = 0;
  for (const { test_id: testId } of rows) {
    if (signal.aborted) break;
    try {
      await lookAt(deps, testId);
      looked++;
    } catch (error) {
      deps.log.warn({ err: error, test_id: testId }, 'an A/B test could not be evaluated');
    }
  }
  return looked;
}

async function lookAt({ pool, log, publish, clock }: SweepTestsDeps, testId: string): Promise<void> {
  const { test, state, look } = await evaluateTest(pool, testId, { now: clock(), actor: 'ab-test-sweep' });
  publish(test, state);
  if (look === null || !isFinished(test.status)) return;
  log.info(
    {
      event: 'ab_test_ended',
      test_id: testId,
      status: test.status,
      decision: test.decision,
      reason: test.reason,
    },
    'A/B test ended',
  );
}
