import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { CanaryState } from '../canaries/canary-state.ts';

/**
 * Waits for the lock of a canary's running state, then reads it: batches and looks come one after another. Null: the
 * deployment has none, for it was immediate. Where the rule's lock is needed too, take that first.
 */
export function lockCanaryState(client: PoolClient, deploymentId: string): Promise<CanaryState | null> {
  return read(client, './sql/lock-canary-state.sql', deploymentId);
}

/** The running state as it was last committed. */
export function findCanaryState(db: Pool, deploymentId: string): Promise<CanaryState | null> {
  return read(db, './sql/find-canary-state.sql', deploymentId);
}

async function read(
  db: Pool | PoolClient,
  statement: string,
  deploymentId: string,
): Promise<CanaryState | null> {
  const { rows } = await db.query<{ state: string }>(sql(import.meta.url, statement), [deploymentId]);
  return rows[0] === undefined ? null : (JSON.parse(rows[0].state) as CanaryState);
}

export async function saveCanaryState(
  client: PoolClient,
  deploymentId: string,
  state: CanaryState,
): Promise<void> {
  const row = [deploymentId, JSON.stringify(state)];
  await client.query(sql(import.meta.url, './sql/update-canary-state.sql'), row);
}
