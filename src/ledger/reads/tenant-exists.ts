import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';

/** Whether there is such a tenant: it was topped up once. */
export async function tenantExists(pool: Pool, tenantId: string): Promise<boolean> {
  const { rows } = await pool.query(sql(import.meta.url, './sql/tenant-exists.sql'), [tenantId]);
  return rows.length > 0;
}
