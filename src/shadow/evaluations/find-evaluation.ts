import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { EvaluationErrorCode, EvaluationStatus } from './evaluation.ts';

/** An evaluation as its owner sees it. */
export interface Evaluation {
  evalId: string;
  tenantId: string;
  ruleId: string;
  ruleHash: string;
  dataset: string;
  datasetVersion: number;
  status: EvaluationStatus;
  done: number;
  total: number;
  attempts: number;
  /** The report, once completed. */
  result: Record<string, unknown> | null;
  error: { code: EvaluationErrorCode; message: string } | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/** @returns null when there is none, or when `tenantId` is given and it belongs to another. */
export async function findEvaluation(
  pool: Pool,
  evalId: string,
  tenantId: string | null,
): Promise<Evaluation | null> {
  const { rows } = await pool.query(sql(import.meta.url, './sql/find-evaluation.sql'), [evalId]);
  const row = rows[0];
  if (row === undefined || (tenantId !== null && row.tenant_id !== tenantId)) return null;
  return {
    evalId: row.eval_id,
    tenantId: row.tenant_id,
    ruleId: row.rule_id,
    ruleHash: row.rule_hash,
    dataset: row.dataset_name,
    datasetVersion: Number(row.dataset_version),
    status: row.status,
    done: Number(row.done),
    total: Number(row.total),
    attempts: row.attempts,
    result: row.result === null ? null : JSON.parse(row.result),
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message },
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
