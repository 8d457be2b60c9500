import { sql } from '../../platform/database/sql.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { type CheckDeps, checkCanary } from './check-canary.ts';
import type { DeploymentMetrics } from './publish-deployment-metrics.ts';

export interface SweepCanariesDeps extends CheckDeps {
  log: Logger;
  publish: DeploymentMetrics;
}

/** A look is ten statements; what does not fit in one run is first in the next. */
const canariesMax = 1_000;

/**
 * Looks at every rollout under way. One that cannot be looked at stays where it is, is logged, and does not keep the
 * others waiting; it is tried again in the next run.
 *
 * @returns how many were looked at.
 */
export async function sweepCanaries(deps: SweepCanariesDeps, signal: AbortSignal): Promise<number> {
  const { rows } = await deps.judgePool.query<{ deployment_id: string; tenant_id: string; rule_id: string }>(
    sql(import.meta.url, './sql/find-watched.sql'),
    [canariesMax],
  );
  let looked = 0;
  for (const { deployment_id: deploymentId, tenant_id: tenantId, rule_id: ruleId } of rows) {
    if (signal.aborted) break;
    try {
      const look = await checkCanary(deps, { deploymentId, tenantId, ruleId });
      if (look === null) continue;
      looked++;
      deps.publish.health(deploymentId, look);
      const { decision, reason } = look;
      if (decision !== 'hold') {
        deps.log.info(
          { event: 'canary_moved', deployment_id: deploymentId, decision, reason },
          'canary moved',
        );
      }
    } catch (error) {
      deps.log.warn({ err: error, deployment_id: deploymentId }, 'a canary could not be checked');
    }
  }
  await deps.publish.countUntested(deps.judgePool);
  return looked;
}
