import type { PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { Live } from './decide-deployment.ts';

/**
 * Waits for its turn to change what is live for a rule, and reads what is. Take it before any other lock of the rule's
 * deployments.
 */
export async function lockRule(client: PoolClient, tenantId: string, ruleId: string): Promise<Live> {
  await client.query(sql(import.meta.url, './sql/lock-rule.sql'), [tenantId, ruleId]);
  const { rows } = await client.query<{ deployment_id: string; rule_hash: string; status: string }>(
    sql(import.meta.url, './sql/find-live.sql'),
    [tenantId, ruleId],
  );
  const of = (status: string) => {
    const row = rows.find((candidate) => candidate.status === status);
    return row === undefined ? null : { deploymentId: row.deployment_id, ruleHash: row.rule_hash };
  };
  return { canary: of('canary'), active: of('active') };
}
