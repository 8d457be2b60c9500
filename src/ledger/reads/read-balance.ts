import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { balanceText, grantsListedMax } from './balance-text.ts';

export interface BalanceNow {
  /** JSON, as the API answers it. */
  text: string;
  version: number;
  /** What can be spent. */
  available: number;
  /** Milliseconds for which it stays true without a write; Infinity where nothing expires. */
  validMs: number;
}

interface BalanceRow {
  available: number;
  held: number;
  leased: number;
  spent: number;
  issued: number;
  version: number;
  live_grants: number;
  expires_in_ms: number | null;
  grants: string | null;
}

/**
 * A tenant's balance from PostgreSQL, exact at the ledger's clock: expiries that are due count, posted or not.
 *
 * @param at another moment, not before the tenant's last transfer: what is due by then counts.
 * @returns null where there is no such tenant.
 */
export async function readBalance(
  client: Pool | ClientBase,
  tenantId: string,
  at: Date | null = null,
): Promise<BalanceNow | null> {
  const { rows } = await client.query<BalanceRow>({
    // Planning it takes longer than running it: prepared once a connection.
    name: 'read_balance',
    text: sql(import.meta.url, './sql/read-balance.sql'),
    values: [tenantId, at, grantsListedMax],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return {
    text: balanceText(tenantId, { ...row, liveGrants: row.live_grants }),
    version: row.version,
    available: row.available,
    // The clock shows whole milliseconds, of which part of one had passed.
    validMs: row.expires_in_ms === null ? Number.POSITIVE_INFINITY : Math.max(0, row.expires_in_ms - 1),
  };
}
