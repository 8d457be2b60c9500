import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { Deployment } from './deployment.ts';
import { findDeployment } from './find-deployments.ts';

/** What is live for a rule, as it was last committed. */
export async function findLive(
  db: Pool,
  tenantId: string,
  ruleId: string,
): Promise<{ canary: Deployment | null; active: Deployment | null }> {
  const { rows } = await db.query<{ deployment_id: string; status: string }>(
    sql(import.meta.url, './sql/find-live.sql'),
    [tenantId, ruleId],
  );
  const of = async (status: string) => {
    const row = rows.find((candidate) => candidate.status === status);
    return row === undefined ? null : findDeployment(db, row.deployment_id, tenantId);
  };
  return { canary: await of('canary'), active: await of('active') };
}
