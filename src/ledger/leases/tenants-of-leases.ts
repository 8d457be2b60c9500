import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';

/** Whose each lease is, by lease id; those that do not exist are left out. */
export async function tenantsOfLeases(pool: Pool, leaseIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ lease_id: string; tenant_id: string }>(
    sql(import.meta.url, './sql/tenants-of-leases.sql'),
    [leaseIds],
  );
  return new Map(rows.map((row) => [row.lease_id, row.tenant_id]));
}
