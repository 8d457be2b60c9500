import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { ConflictError } from '../../platform/errors.ts';
import { arms, challenger, type TestPlan, type TestStatus } from './test-plan.ts';
import { emptyState } from './test-state.ts';

export interface NewVariant {
  name: string;
  ruleId: string | null;
  ruleHash: string | null;
}

export interface NewTest {
  tenantId: string;
  name: string;
  plan: TestPlan;
  variants: [NewVariant, NewVariant];
  /** Whether its time runs from now on, rather than from its first assignment or observation. */
  startNow: boolean;
}

export interface CreatedTest {
  testId: string;
  status: TestStatus;
}

/**
 * Stores a test with its plan, variants and empty state.
 *
 * @param pool connections as `assay_judge`: a test is born with the state that its evidence grows from.
 * @throws ConflictError `name_taken` when the tenant has a test of this name.
 */
export async function createTest(pool: Pool, newId: () => string, test: NewTest): Promise<CreatedTest> {
  return withTransaction(pool, async (client) => {
    const testId = newId();
    if (!(await insertTest(client, testId, test))) {
      throw new ConflictError(
        'name_taken',
        `tenant "${test.tenantId}" has a test named "${test.name}" already; choose another name`,
      );
    }
    for (const arm of arms) {
      const { name, ruleId, ruleHash } = test.variants[arm];
      const percentage = test.plan.shares[arm] * 100;
      const row = [testId, arm, newId(), test.tenantId, name, ruleId, ruleHash, percentage];
      await client.query(sql(import.meta.url, './sql/insert-variant.sql'), row);
    }
    await client.query(sql(import.meta.url, './sql/insert-state.sql'), [
      testId,
      JSON.stringify(emptyState()),
    ]);
    return { testId, status: test.startNow ? 'running' : 'draft' };
  });
}

async function insertTest(client: PoolClient, testId: string, test: NewTest): Promise<boolean> {
  const { plan } = test;
  const { rowCount } = await client.query(sql(import.meta.url, './sql/insert-test.sql'), [
    testId,
    test.tenantId,
    test.name,
    plan.minSampleSize,
    plan.maxDurationS,
    plan.probabilityThreshold,
    plan.alpha,
    plan.maxExpectedLoss,
    plan.autoRollback,
    plan.rollbackOnErrorRate,
    plan.rollbackOnLatencyP95Ms,
    plan.prior.alpha,
    plan.prior.beta,
    plan.allocation,
    plan.designEffect,
    test.variants[challenger].ruleHash,
    plan.shares[challenger],
    test.startNow,
  ]);
  return rowCount === 1;
}
