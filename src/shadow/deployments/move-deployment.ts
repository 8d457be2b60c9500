import type { PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { DeploymentStatus } from './deployment.ts';

export interface Standing {
  status: DeploymentStatus;
  /** Index into the plan's stages. */
  stage: number;
  percentage: number;
  reason: string;
  /** Whether its health was looked at for this. */
  checked?: boolean;
}

/** Writes where a deployment stands. The caller holds the rule's lock, and records the change. */
export async function moveDeployment(client: PoolClient, deploymentId: string, to: Standing): Promise<void> {
  await client.query(sql(import.meta.url, './sql/move-deployment.sql'), [
    deploymentId,
    to.status,
    to.stage,
    to.percentage,
    to.reason,
    to.checked ?? false,
  ]);
}
