import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { drawUnit } from './draw-unit.ts';
import { type Arm, challenger, champion, isFinished } from './test-plan.ts';
import type { TestRecord } from './test-record.ts';

export interface Assignment {
  assignmentId: string;
  arm: Arm;
  /** With which this variant was drawn for the unit. */
  probability: number;
}

/**
 * The variant of a unit, the same whenever it is asked for. With a fixed split a hash decides and nothing is stored;
 * under Thompson sampling the same hash is held against the share at the time, and the draw is stored with it. A test
 * that has ended sends everybody to the variant it ended with.
 */
export async function assignUnit(pool: Pool, test: TestRecord, unit: string): Promise<Assignment> {
  const { point, assignmentId } = drawUnit(test.testId, unit);
  if (isFinished(test.status)) {
    return { assignmentId, arm: test.decision === 'promote' ? challenger : champion, probability: 1 };
  }
  if (test.status === 'draft') await pool.query(sql(import.meta.url, './sql/start-test.sql'), [test.testId]);
  const share = test.challengerShare;
  const arm = point < share ? challenger : champion;
  const probability = arm === challenger ? share : 1 - share;
  if (test.plan.allocation === 'fixed') return { assignmentId, arm, probability };
  return { assignmentId, ...(await storeDraw(pool, test.testId, unit, arm, probability)) };
}

interface StoredDraw {
  assigned_arm: Arm | null;
  probability: number | null;
  outcome_arm: Arm | null;
}

/**
 * One statement, since looking first and storing then would be waited for twice by every new unit; and a prepared one, of
 * which a connection answers twice as many a second (4,900 against 2,300).
 */
async function storeDraw(pool: Pool, testId: string, unit: string, arm: Arm, probability: number) {
  const drawOnce = async () => {
    const drawn = [testId, unit, arm, probability];
    const text = sql(import.meta.url, './sql/draw-once.sql');
    const { rows } = await pool.query<StoredDraw>({ name: 'draw-once', text, values: drawn });
    return rows[0];
  };
  const row = (await drawOnce()) ?? (await drawOnce())!;
  // A unit whose outcome came before it was ever assigned stays with the variant it was observed on.
  return { arm: (row.assigned_arm ?? row.outcome_arm)!, probability: row.probability ?? probability };
}
