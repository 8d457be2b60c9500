import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';

/** What the sweeper needs of the ledger. */
export interface DuePoster {
  postDue(tenantId: string): Promise<void>;
}

/** Locks are held for some milliseconds a hundred tenants; writers of those wait so long. */
const tenantsAtOnce = 200;
/** A backlog larger than 100,000 tenants is left for the next run, so that a run ends. */
const roundsMax = 500;

/**
 * Writes down expiries that are true already: of tenants that nobody writes to, history and events would otherwise show
 * them only at their next operation. Balances do not depend on it.
 *
 * @returns tenants whose expiries were posted.
 */
export async function sweepDue(pool: Pool, ledger: DuePoster, signal: AbortSignal): Promise<number> {
  let posted = 0;
  let after = '-infinity';
  for (let round = 0; round < roundsMax && !signal.aborted; round++) {
    const { due, last } = await findDue(pool, after);
    // The ledger commits what arrives together in one transaction.
    await Promise.all(due.map((tenantId) => ledger.postDue(tenantId)));
    posted += due.length;
    if (last === null) break;
    after = last;
  }
  return posted;
}

/**
 * Two statements under one set of row locks: the second sees what was committed before the locks were had, so that no
 * hold made meanwhile is overlooked.
 */
function findDue(pool: Pool, after: string): Promise<{ due: string[]; last: string | null }> {
  return withTransaction(pool, async (client) => {
    const locked = await client.query<{ tenant_id: string; next_due_at: string }>(
      sql(import.meta.url, './sql/lock-due.sql'),
      [tenantsAtOnce, after],
    );
    if (locked.rows.length === 0) return { due: [], last: null };
    const tenants = locked.rows.map((row) => row.tenant_id);
    const due = await client.query<{ tenant_id: string }>(sql(import.meta.url, './sql/correct-due.sql'), [
      tenants,
    ]);
    return { due: due.rows.map((row) => row.tenant_id), last: locked.rows.at(-1)!.next_due_at };
  });
}
