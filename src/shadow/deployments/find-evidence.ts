import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { NotFoundError } from '../../platform/errors.ts';
import type { EvaluationShown, Evidence, EvidenceName, TestShown } from './evidence.ts';

/** @throws NotFoundError when the tenant has no such test or evaluation. */
export async function findEvidence(
  db: Pool | PoolClient,
  tenantId: string,
  name: EvidenceName,
): Promise<Evidence> {
  switch (name.type) {
    case 'override':
      return name;
    case 'test':
      return { type: 'test', test: await findTestShown(db, tenantId, name.id) };
    case 'evaluation':
      return { type: 'evaluation', evaluation: await findEvaluationShown(db, tenantId, name.id) };
  }
}

async function findTestShown(db: Pool | PoolClient, tenantId: string, testId: string): Promise<TestShown> {
  const { rows } = await db.query(sql(import.meta.url, './sql/find-test-shown.sql'), [testId, tenantId]);
  const row = rows[0];
  if (row === undefined) throw new NotFoundError(`tenant "${tenantId}" has no test "${testId}"`);
  return {
    testId: row.test_id,
    challenger: { ruleId: row.rule_id, ruleHash: row.rule_hash },
    status: row.status,
    decision: row.decision,
    reason: row.reason,
    alpha: row.alpha,
  };
}

async function findEvaluationShown(
  db: Pool | PoolClient,
  tenantId: string,
  evalId: string,
): Promise<EvaluationShown> {
  const { rows } = await db.query(sql(import.meta.url, './sql/find-evaluation-shown.sql'), [
    evalId,
    tenantId,
  ]);
  const row = rows[0];
  if (row === undefined) throw new NotFoundError(`tenant "${tenantId}" has no evaluation "${evalId}"`);
  return {
    evalId: row.eval_id,
    ruleId: row.rule_id,
    ruleHash: row.rule_hash,
    status: row.status,
    measured:
      row.better === null
        ? null
        : {
            attacks: row.attacks,
            benign: row.benign,
            truePositives: row.true_positives,
            precisionLower: row.precision_lower,
            recallLower: row.recall_lower,
            baselineHash: row.baseline_hash,
            better: row.better,
            versionsCompared: row.versions_compared,
            attacksLogE: row.attacks_log_e,
            benignLogE: row.benign_log_e,
            attacksNetLossUpper: row.attacks_net_loss_upper,
            benignNetLossUpper: row.benign_net_loss_upper,
          },
  };
}
