import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { CanaryHealth } from '../canaries/weigh-health.ts';
import type { DeploymentEventKind } from './deployment.ts';

export interface DeploymentEvent {
  kind: DeploymentEventKind;
  fromPercentage: number;
  toPercentage: number;
  reason: string;
  /** What it was decided on; null: not by health. */
  health: CanaryHealth | null;
  actor: string;
  at: Date;
}

/** What happened to a deployment, oldest first; a rollout of twenty stages has some two dozen. */
export async function listEvents(db: Pool, deploymentId: string): Promise<DeploymentEvent[]> {
  const { rows } = await db.query(sql(import.meta.url, './sql/list-events.sql'), [deploymentId]);
  return rows.map((row) => ({
    kind: row.kind,
    fromPercentage: row.from_percentage,
    toPercentage: row.to_percentage,
    reason: row.reason,
    health: row.health,
    actor: row.actor,
    at: row.at,
  }));
}
