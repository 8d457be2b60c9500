import type { Pool, PoolClient } from 'pg';
import { insertEvents } from '../../audit/events/insert-events.ts';
import { recordEvent } from '../../audit/events/record-event.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { decide, type Ending, type Look } from './decide.ts';
import { lockTest } from './lock-test.ts';
import { challenger, champion, isFinished, type TestDecision, type TestStatus } from './test-plan.ts';
import { findTest, type TestRecord } from './test-record.ts';
import type { TestState } from './test-state.ts';

export interface EvaluatedTest {
  test: TestRecord;
  state: TestState;
  /** Null when the test had ended before: nothing was decided now. */
  look: Look | null;
}

export interface EvaluateOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** Ends the test with what it has. */
  conclude?: boolean;
  /** For the audit log: the id of the key that asks, or the process that looks by itself. */
  actor: string;
}

/**
 * Looks at a test and does what its evidence says: goes on, or ends it for good. Looking as often as one likes is
 * allowed, which is what the e-process is for. A test that has ended stays as it is.
 *
 * @param pool connections as `assay_judge`.
 * @throws NotFoundError when there is no such test.
 */
export async function evaluateTest(
  pool: Pool,
  testId: string,
  options: EvaluateOptions,
): Promise<EvaluatedTest> {
  return withTransaction(pool, async (client) => {
    const { test, state } = await lockTest(client, testId);
    if (isFinished(test.status)) return { test, state, look: null };
    const look = decide(state, test.plan, endingOf(test, options));
    await recordLook(client, testId, state, look);
    if (look.decision !== 'continue') await recordConclusion(client, test, state, look, options);
    return { test: (await findTest(client, testId, null))!, state, look };
  });
}

function endingOf({ startedAt, plan }: TestRecord, { now, conclude }: EvaluateOptions): Ending {
  if (conclude === true) return 'by_hand';
  return startedAt !== null && now >= startedAt.getTime() + plan.maxDurationS * 1_000 ? 'duration' : null;
}

const statusOf: Record<TestDecision, TestStatus> = {
  continue: 'running',
  promote: 'completed',
  keep: 'completed',
  rollback: 'rolled_back',
  inconclusive: 'inconclusive',
};

async function recordLook(client: PoolClient, testId: string, state: TestState, look: Look): Promise<void> {
  const { decision, reason, evidence } = look;
  await client.query(sql(import.meta.url, './sql/record-look.sql'), [
    testId,
    statusOf[decision],
    decision,
    reason,
    state.arms[champion].trials,
    state.arms[challenger].trials,
    evidence.probabilityBeat,
    evidence.expectedLoss,
    evidence.logEBetter,
    evidence.splitPValue,
  ]);
}

/** That a test ended, and on what: in the audit log with the decision itself, or neither. */
async function recordConclusion(
  client: PoolClient,
  { testId, tenantId, name, variants }: TestRecord,
  { arms }: TestState,
  { decision, reason, evidence }: Look,
  { actor, now }: EvaluateOptions,
): Promise<void> {
  const variant = (arm: typeof champion | typeof challenger) => ({
    variant_id: variants[arm].variantId,
    rule_id: variants[arm].ruleId,
    rule_hash: variants[arm].ruleHash,
    trials: arms[arm].trials,
    successes: arms[arm].successes,
  });
  const details = {
    test_id: testId,
    name,
    decision,
    reason,
    champion: variant(champion),
    challenger: variant(challenger),
    // Shares and e-values are no integers, and a log that is hashed holds no other numbers.
    log_e: String(evidence.logEBetter),
    probability_beat: String(evidence.probabilityBeat),
    expected_loss: String(evidence.expectedLoss),
    split_p_value: String(evidence.splitPValue),
  };
  await insertEvents(client, [recordEvent({ action: 'test.concluded', actor, tenantId, details }, now)]);
}
