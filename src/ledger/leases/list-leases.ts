import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { LeaseState } from '../book/entities.ts';

export interface ListedLease {
  tenant_id: string;
  lease_id: string;
  owner: string;
  instance: string;
  epoch: number;
  amount: number;
  settled: number;
  returned: number;
  state: LeaseState;
  recalled: boolean;
  created_at: Date;
  expires_at: Date;
  ended_at: Date | null;
}

/** The newest first. */
export async function listLeases(
  pool: Pool,
  filter: { tenantId: string | null; state: LeaseState | null; limit: number },
): Promise<ListedLease[]> {
  const { rows } = await pool.query<ListedLease>(sql(import.meta.url, './sql/list-leases.sql'), [
    filter.tenantId,
    filter.state,
    filter.limit,
  ]);
  return rows;
}
