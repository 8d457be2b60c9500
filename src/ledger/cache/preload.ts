import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { BalanceCache } from './balance-cache.ts';

/** Look-ups at once: the pool is there for requests. */
const atOnce = 2;

/**
 * Reads the balances of the tenants that had the most transfers of late, so that a process that was just started does
 * not send every first read to PostgreSQL.
 *
 * @param count tenants at most.
 * @returns how many were read.
 */
export async function preloadBusiest(
  pool: Pool,
  cache: BalanceCache,
  count: number,
  stop: AbortSignal,
): Promise<number> {
  const { rows } = await pool.query<{ tenant_id: string }>(
    sql(import.meta.url, './sql/busiest-tenants.sql'),
    [count],
  );
  const tenants = rows.map((row) => row.tenant_id);
  let read = 0;
  const work = async () => {
    for (let next = tenants.shift(); next !== undefined && !stop.aborted; next = tenants.shift()) {
      await cache.warm(next);
      read += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return read;
}
