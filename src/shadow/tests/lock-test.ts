import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { findTest, type TestRecord } from './test-record.ts';
import type { TestState } from './test-state.ts';

export interface LockedTest {
  test: TestRecord;
  state: TestState;
}

/**
 * Waits for the test's row lock, then reads it: what changes a test does so one after another, and sees the last one's
 * work.
 *
 * @throws NotFoundError when there is no such test.
 */
export async function lockTest(client: PoolClient, testId: string): Promise<LockedTest> {
  const { rows } = await client.query(sql(import.meta.url, './sql/lock-state.sql'), [testId]);
  const test = rows[0] === undefined ? null : await findTest(client, testId, null);
  if (test === null) throw new NotFoundError(`no test "${testId}"`);
  return { test, state: JSON.parse(rows[0].state) as TestState };
}

export async function saveState(client: PoolClient, testId: string, state: TestState): Promise<void> {
  await client.query(sql(import.meta.url, './sql/update-state.sql'), [testId, JSON.stringify(state)]);
}

/** The running state as it was last committed. */
export async function findState(pool: Pool, testId: string): Promise<TestState> {
  const { rows } = await pool.query(sql(import.meta.url, './sql/find-state.sql'), [testId]);
  return JSON.parse(rows[0].state) as TestState;
}
