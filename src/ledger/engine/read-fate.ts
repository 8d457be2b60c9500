import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { databaseFaultOf } from '../../platform/database/database-fault.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Evidence } from './evidence.ts';

export type Fate = 'committed' | 'aborted' | 'unknown';

/** A restarted server takes a second or two; asking four times a second finds it soon and costs nothing. */
const askEveryMs = 250;

/**
 * What became of a transaction whose COMMIT was not answered. Its evidence decides, once the transaction is over: one still
 * in progress has a backend that has not noticed the lost connection yet.
 *
 * The transaction's status alone would not do. Transaction ids are not logged ahead, so a server that crashed before it
 * flushed a COMMIT hands the same id out again, and `pg_xact_status` then speaks of somebody else's transaction
 * (PostgreSQL's own src/test/recovery/t/011_crash_recovery.pl). It is only asked whether something is still in progress.
 *
 * @param giveUpMs how long to ask; then the fate is unknown.
 */
export async function readFate(
  pool: Pool,
  transactionId: string,
  evidence: Evidence,
  giveUpMs: number,
): Promise<Fate> {
  const deadline = performance.now() + giveUpMs;
  for (;;) {
    const fate = await askOnce(pool, transactionId, evidence);
    if (fate !== 'unknown' || performance.now() + askEveryMs > deadline) return fate;
    await sleep(askEveryMs);
  }
}

async function askOnce(pool: Pool, transactionId: string, evidence: Evidence): Promise<Fate> {
  try {
    if (await isInProgress(pool, transactionId)) return 'unknown';
    return (await isThere(pool, evidence)) ? 'committed' : 'aborted';
  } catch {
    return 'unknown'; // not reachable yet
  }
}

async function isInProgress(pool: Pool, transactionId: string): Promise<boolean> {
  try {
    const text = sql(import.meta.url, './sql/read-fate.sql');
    const { rows } = await pool.query<{ status: string | null }>(text, [transactionId]);
    return rows[0]?.status === 'in progress';
  } catch (error) {
    if (databaseFaultOf(error) === 'unavailable') throw error;
    return false; // an id "in the future": the server forgot it in a crash
  }
}

async function isThere(pool: Pool, evidence: Evidence): Promise<boolean> {
  const { tenantId } = evidence;
  const { rowCount } =
    evidence.in === 'transfers'
      ? await pool.query(sql(import.meta.url, './sql/find-transfer-evidence.sql'), [
          tenantId,
          new Date(evidence.recordedAtMs),
          evidence.number,
          evidence.transferId,
        ])
      : await pool.query(sql(import.meta.url, './sql/find-key-evidence.sql'), [
          tenantId,
          new Date(evidence.createdAtMs),
          evidence.keySha256,
          evidence.body,
        ]);
  return rowCount === 1;
}
