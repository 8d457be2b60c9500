import type { Pool } from 'pg';
import { failEvaluation } from './evaluation-store.ts';

/**
 * Stops an evaluation: a waiting one is never begun, a running one ends at its worker's next look at the row, a quarter
 * of a second at most.
 *
 * @returns false when it had already finished; its outcome stands.
 */
export function cancelEvaluation(pool: Pool, evalId: string): Promise<boolean> {
  return failEvaluation(pool, evalId, 'cancelled', 'the evaluation was cancelled');
}
