import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';

export type Fate = 'committed' | 'aborted' | 'unknown';

/** A restarted server takes a second or two; asking four times a second finds it soon and costs nothing. */
const askEveryMs = 250;

/**
 * What became of a transaction whose COMMIT was not answered: PostgreSQL remembers the outcome of recent transactions
 * (`pg_xact_status`). One that is still in progress has a backend that has not noticed the lost connection yet.
 *
 * @param giveUpMs how long to ask; then the fate is unknown.
 */
export async function readFate(pool: Pool, transactionId: string, giveUpMs: number): Promise<Fate> {
  const deadline = performance.now() + giveUpMs;
  for (;;) {
    const status = await askOnce(pool, transactionId);
    if (status === 'committed' || status === 'aborted') return status;
    if (performance.now() + askEveryMs > deadline) return 'unknown';
    await sleep(askEveryMs);
  }
}

async function askOnce(pool: Pool, transactionId: string): Promise<string | null> {
  try {
    const { rows } = await pool.query<{ pg_xact_status: string | null }>(
      sql(import.meta.url, './sql/read-fate.sql'),
      [transactionId],
    );
    return rows[0]?.pg_xact_status ?? null;
  } catch {
    return null; // not reachable yet
  }
}
