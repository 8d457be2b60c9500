import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { boundedGauge } from '../../platform/metrics/bounded-gauge.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { CanaryLook } from '../canaries/decide-canary.ts';

export interface DeploymentMetrics {
  /** Shows a rollout as this process last looked at it. */
  health(deploymentId: string, look: Pick<CanaryLook, 'decision' | 'health'>): void;
  /** Shows how many deployments are live without a test. */
  countUntested(db: Pool): Promise<void>;
}

/** One for a process, since it remembers which rollouts it shows. */
export function createDeploymentMetrics(metrics: Metrics): DeploymentMetrics {
  const health = boundedGauge(metrics, 'canary_deployment_health');
  return {
    health: (deployment_id, look) => health.set({ deployment_id }, scoreOf(look)),
    countUntested: async (db) => {
      const { rows } = await db.query<{ untested: number }>(sql(import.meta.url, './sql/count-untested.sql'));
      metrics.gauge('shadow_deployments_without_testing').set(rows[0]!.untested);
    },
  };
}

/** 0: it does harm and is taken back; 1: shown to be healthy; one half: neither is shown yet. */
function scoreOf({ decision, health }: Pick<CanaryLook, 'decision' | 'health'>): number {
  if (decision === 'rollback') return 0;
  return health.healthy ? 1 : 0.5;
}
