import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { RuleConfig } from '../rules/rule-config.ts';
import type { EvaluatedRule, EvaluationErrorCode, EvaluationJob } from './evaluation.ts';
import type { EvaluationEvidence } from './evidence-of.ts';

type Db = Pool | ClientBase;

/** Becomes the evaluation's only worker until the transaction ends; false when another already is. */
export async function lockEvaluation(client: ClientBase, evalId: string): Promise<boolean> {
  const { rows } = await client.query(sql(import.meta.url, './sql/lock-evaluation.sql'), [evalId]);
  return rows[0].locked === true;
}

/** Marks an unfinished evaluation as running, one attempt more; null when it is already finished or unknown. */
export async function claimEvaluation(db: Db, evalId: string): Promise<EvaluationJob | null> {
  const { rows } = await db.query(sql(import.meta.url, './sql/claim-evaluation.sql'), [evalId]);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    evalId: row.eval_id,
    tenantId: row.tenant_id,
    ruleId: row.rule_id,
    rule: asRule(row.rule_hash, row.rule_config),
    baseline: row.baseline_hash === null ? null : asRule(row.baseline_hash, row.baseline_config),
    selectionId: row.selection_id === null ? null : Number(row.selection_id),
    datasetId: Number(row.dataset_id),
    datasetName: row.dataset_name,
    total: Number(row.total),
    attempts: row.attempts,
  };
}

/** The stored text is the canonical form; it was validated before it was stored. */
function asRule(hash: string, canonical: string): EvaluatedRule {
  return { hash, canonical, config: JSON.parse(canonical) as RuleConfig };
}

/** @returns false when the evaluation is no longer running: it was cancelled. */
export async function recordProgress(db: Db, evalId: string, done: number): Promise<boolean> {
  const { rowCount } = await db.query(sql(import.meta.url, './sql/record-progress.sql'), [evalId, done]);
  return rowCount === 1;
}

/**
 * Writes the result and the evidence of it. @param db connections as `assay_judge`.
 *
 * @returns false when it had been cancelled or finished by another worker; that outcome stands.
 */
export async function completeEvaluation(
  db: Db,
  { evalId, rule }: Pick<EvaluationJob, 'evalId' | 'rule'>,
  comparedVersions: number,
  { result, evidence }: { result: string; evidence: EvaluationEvidence },
): Promise<boolean> {
  const { rowCount } = await db.query(sql(import.meta.url, './sql/complete-evaluation.sql'), [
    evalId,
    result,
    comparedVersions,
    evidence.truePositives,
    evidence.falsePositives,
    evidence.trueNegatives,
    evidence.falseNegatives,
    evidence.distinctTruePositives,
    evidence.distinctFalsePositives,
    evidence.distinctTrueNegatives,
    evidence.distinctFalseNegatives,
    evidence.baselineHash,
    evidence.attacksLogE,
    evidence.benignLogE,
    evidence.attacksNetLossUpper,
    evidence.benignNetLossUpper,
    rule.hash,
  ]);
  return rowCount === 1;
}

/**
 * Completes an evaluation with the result and evidence of the same rules on the same samples, if one was finished in
 * the last 15 minutes. @param db connections as `assay_judge`.
 */
export async function completeFromCache(
  db: Db,
  job: EvaluationJob,
  comparedVersions: number,
): Promise<boolean> {
  const { rowCount } = await db.query(sql(import.meta.url, './sql/complete-from-cache.sql'), [
    job.evalId,
    job.selectionId,
    job.rule.hash,
    job.baseline?.hash ?? null,
    comparedVersions,
  ]);
  return rowCount === 1;
}

/** Ends an unfinished evaluation without a result. @returns false when it was already finished. */
export async function failEvaluation(
  db: Db,
  evalId: string,
  code: EvaluationErrorCode,
  message: string,
): Promise<boolean> {
  const { rowCount } = await db.query(sql(import.meta.url, './sql/fail-evaluation.sql'), [
    evalId,
    code,
    message,
  ]);
  return rowCount === 1;
}

/** The k of the paired test: versions of this rule compared on this dataset so far, at least 1. */
export async function countComparedVersions(db: Db, job: EvaluationJob): Promise<number> {
  const { rows } = await db.query(sql(import.meta.url, './sql/count-compared-versions.sql'), [
    job.tenantId,
    job.ruleId,
    job.datasetId,
  ]);
  return Math.max(1, rows[0].versions);
}
