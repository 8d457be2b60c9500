import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import {
  type Arm,
  arms,
  challenger,
  champion,
  type TestDecision,
  type TestPlan,
  type TestStatus,
  type Variant,
} from './test-plan.ts';

/** A test as it is stored, its running state aside. */
export interface TestRecord {
  testId: string;
  tenantId: string;
  name: string;
  plan: TestPlan;
  variants: [Variant, Variant];
  status: TestStatus;
  decision: TestDecision;
  reason: string;
  looks: number;
  /** With which the next unit is drawn for the challenger. */
  challengerShare: number;
  createdAt: Date;
  startedAt: Date | null;
  evaluatedAt: Date | null;
  finishedAt: Date | null;
}

/** @returns null when there is none, or when `tenantId` is given and it belongs to another. */
export async function findTest(
  db: Pool | PoolClient,
  testId: string,
  tenantId: string | null,
): Promise<TestRecord | null> {
  const { rows } = await db.query(sql(import.meta.url, './sql/find-test.sql'), [testId]);
  const row = rows[0];
  if (row === undefined || (tenantId !== null && row.tenant_id !== tenantId)) return null;
  const variants = arms.map((arm) => variantOf(row.variants[arm]));
  return {
    testId: row.test_id,
    tenantId: row.tenant_id,
    name: row.name,
    plan: planOf(row),
    variants: [variants[champion]!, variants[challenger]!],
    status: row.status,
    decision: row.decision,
    reason: row.reason,
    looks: row.looks,
    challengerShare: row.challenger_share,
    createdAt: row.created_at,
    startedAt: row.started_at,
    evaluatedAt: row.evaluated_at,
    finishedAt: row.finished_at,
  };
}

interface VariantRow {
  variant_id: string;
  name: string;
  rule_id: string | null;
  rule_hash: string | null;
  traffic_percentage: number;
}

function variantOf(row: VariantRow): Variant {
  return { variantId: row.variant_id, name: row.name, ruleId: row.rule_id, ruleHash: row.rule_hash };
}

type PlanRow = Record<string, number> & {
  auto_rollback: boolean;
  allocation: TestPlan['allocation'];
  variants: VariantRow[];
};

function planOf(row: PlanRow): TestPlan {
  const share = (arm: Arm) => row.variants[arm]!.traffic_percentage / 100;
  return {
    minSampleSize: row.min_sample_size!,
    maxDurationS: row.max_duration_s!,
    probabilityThreshold: row.probability_threshold!,
    alpha: row.alpha!,
    maxExpectedLoss: row.max_expected_loss ?? null,
    autoRollback: row.auto_rollback,
    rollbackOnErrorRate: row.rollback_on_error_rate ?? null,
    rollbackOnLatencyP95Ms: row.rollback_on_latency_p95_ms ?? null,
    prior: { alpha: row.prior_alpha!, beta: row.prior_beta! },
    allocation: row.allocation,
    designEffect: row.design_effect ?? null,
    shares: [share(champion), share(challenger)],
  };
}
