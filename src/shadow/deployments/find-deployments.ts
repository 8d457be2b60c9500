import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { CanaryPlan } from '../canaries/canary-plan.ts';
import type { Deployment, DeploymentStatus, EvidenceRef, Strategy } from './deployment.ts';

/** @returns null when there is none, or when `tenantId` is given and it belongs to another. */
export async function findDeployment(
  db: Pool | PoolClient,
  deploymentId: string,
  tenantId: string | null,
): Promise<Deployment | null> {
  const [deployment] = await query(db, { deploymentId, tenantId, limit: 1 });
  return deployment ?? null;
}

export interface DeploymentPage {
  tenantId: string;
  ruleId: string | null;
  /** The last id of the page before; null: from the newest. */
  before: string | null;
  limit: number;
}

/** Newest first. Following `before` neither repeats nor skips any, whatever is deployed meanwhile. */
export function listDeployments(db: Pool, page: DeploymentPage): Promise<Deployment[]> {
  return query(db, { ...page, deploymentId: null });
}

interface Choice {
  deploymentId: string | null;
  tenantId: string | null;
  ruleId?: string | null;
  before?: string | null;
  limit: number;
}

async function query(db: Pool | PoolClient, choice: Choice): Promise<Deployment[]> {
  const { deploymentId, tenantId, ruleId = null, before = null, limit } = choice;
  const { rows } = await db.query<DeploymentRow>(sql(import.meta.url, './sql/find-deployments.sql'), [
    deploymentId,
    tenantId,
    ruleId,
    before,
    limit,
  ]);
  return rows.map(deploymentOf);
}

/** The columns of find-deployments.sql. */
interface DeploymentRow extends EvidenceRow {
  deployment_id: string;
  tenant_id: string;
  rule_id: string;
  rule_hash: string;
  version: number;
  strategy: Strategy;
  actor: string;
  replaces_id: string | null;
  /** With `replaces_id`. */
  replaces_hash: string;
  replaces_version: number;
  plan: string | null;
  canary_variant_id: string;
  baseline_variant_id: string;
  status: DeploymentStatus;
  stage: number;
  percentage: number;
  reason: string;
  seconds_in_stage: number;
  stage_started_at: Date;
  checked_at: Date | null;
  created_at: Date;
  finished_at: Date | null;
}

/** One of the three ids is set, and with it the columns that are its own. */
interface EvidenceRow {
  test_id: string | null;
  override_id: string | null;
  override_reason: string;
  override_actor: string;
  eval_id: string;
  required_samples: number;
  required_precision: number;
  required_recall: number;
  precision_lower: number;
  recall_lower: number;
}

function deploymentOf(row: DeploymentRow): Deployment {
  return {
    deploymentId: row.deployment_id,
    tenantId: row.tenant_id,
    ruleId: row.rule_id,
    rule: { ruleHash: row.rule_hash, version: row.version },
    strategy: row.strategy,
    actor: row.actor,
    evidence: evidenceOf(row),
    replaces:
      row.replaces_id === null
        ? null
        : { deploymentId: row.replaces_id, ruleHash: row.replaces_hash, version: row.replaces_version },
    plan: row.plan === null ? null : (JSON.parse(row.plan) as CanaryPlan),
    canaryVariantId: row.canary_variant_id,
    baselineVariantId: row.baseline_variant_id,
    status: row.status,
    stage: row.stage,
    percentage: row.percentage,
    reason: row.reason,
    secondsInStage: row.seconds_in_stage,
    stageStartedAt: row.stage_started_at,
    checkedAt: row.checked_at,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

function evidenceOf(row: EvidenceRow): EvidenceRef {
  if (row.test_id !== null) return { type: 'test', id: row.test_id };
  if (row.override_id !== null) {
    return { type: 'override', id: row.override_id, reason: row.override_reason, actor: row.override_actor };
  }
  return {
    type: 'evaluation',
    id: row.eval_id,
    requirements: {
      samples: row.required_samples,
      precision: row.required_precision,
      recall: row.required_recall,
    },
    precisionLower: row.precision_lower,
    recallLower: row.recall_lower,
  };
}
