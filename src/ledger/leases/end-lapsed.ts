import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { Ledger } from '../engine/create-ledger.ts';
import type { LeaseOperation } from '../operation.ts';

export interface LapsePolicy {
  /** How long after its expiry a lease that nobody settles is given up for lost. */
  lostAfterSeconds: number;
  /** How long an unresolved lease waits for evidence before it is burned. */
  burnAfterSeconds: number;
}

/** A sweep takes so many of each kind; the next takes the rest. */
const sweepMax = 1_000;

const envelope = { requestId: 'lease-sweeper', actor: 'lease-sweeper' };

/**
 * Gives up leases whose holder was not heard of: leased → unresolved, and later unresolved → spent. Time alone never gives
 * credits back.
 *
 * @returns how many became unresolved and how many were burned.
 */
export async function endLapsedLeases(
  { pool, ledger }: { pool: Pool; ledger: Pick<Ledger, 'apply'> },
  policy: LapsePolicy,
): Promise<{ lost: number; burned: number }> {
  const lapsed = await find(pool, sql(import.meta.url, './sql/lapsed-leases.sql'), policy.lostAfterSeconds);
  await applyAll(
    ledger,
    lapsed.map((lease) => ({ op: 'lose', ...lease })),
  );
  const waiting = await find(
    pool,
    sql(import.meta.url, './sql/unresolved-leases.sql'),
    policy.burnAfterSeconds,
  );
  await applyAll(
    ledger,
    waiting.map((lease) => ({ op: 'resolve', how: 'burn', ...lease })),
  );
  return { lost: lapsed.length, burned: waiting.length };
}

async function find(
  pool: Pool,
  text: string,
  seconds: number,
): Promise<{ tenantId: string; leaseId: string }[]> {
  const { rows } = await pool.query<{ tenant_id: string; lease_id: string }>(text, [seconds, sweepMax]);
  return rows.map((row) => ({ tenantId: row.tenant_id, leaseId: row.lease_id }));
}

async function applyAll(ledger: Pick<Ledger, 'apply'>, operations: readonly LeaseOperation[]): Promise<void> {
  await Promise.all(operations.map((operation) => ledger.apply({ operation, idempotency: null }, envelope)));
}
