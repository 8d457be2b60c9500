import type { Pool, PoolClient } from 'pg';
import { withTransaction } from '../../platform/database/transaction.ts';
import { ConflictError } from '../../platform/errors.ts';
import { decideRollback } from './decide-rollback.ts';
import type { Deployment } from './deployment.ts';
import { findDeployment } from './find-deployments.ts';
import { lockRule } from './lock-rule.ts';
import { moveDeployment } from './move-deployment.ts';
import { recordChange } from './record-change.ts';

export interface RollbackDeps {
  /** Connections as `assay_judge`. */
  judgePool: Pool;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

export interface RollbackRequest {
  /** As it was found for the caller; only its id and rule are used. */
  deployment: Pick<Deployment, 'deploymentId' | 'tenantId' | 'ruleId'>;
  /** Masked. */
  reason: string;
  actor: string;
}

/**
 * Takes a deployment back by hand. One that was rolled back before is answered as it is: asking twice is asking once.
 *
 * @throws ConflictError `deployment_not_live`, or `deployment_in_progress` while its successor is being rolled out.
 */
export async function rollBackDeployment(deps: RollbackDeps, request: RollbackRequest): Promise<Deployment> {
  const { deploymentId, tenantId, ruleId } = request.deployment;
  return withTransaction(deps.judgePool, async (client) => {
    const live = await lockRule(client, tenantId, ruleId);
    const deployment = (await findDeployment(client, deploymentId, tenantId))!;
    const wish = {
      deploymentId,
      status: deployment.status,
      replacesId: deployment.replaces?.deploymentId ?? null,
    };
    const answer = decideRollback(wish, live);
    if (!answer.allowed) {
      if (answer.code === 'already_rolled_back') return deployment;
      if (answer.code === 'deployment_in_progress') throw inProgress(answer.deploymentId);
      throw new ConflictError('deployment_not_live', `the deployment is not live: ${deployment.reason}`);
    }
    await takeBack(client, deployment, { ...request, health: null }, deps.clock());
    return (await findDeployment(client, deploymentId, tenantId))!;
  });
}

function inProgress(deploymentId: string): ConflictError {
  return new ConflictError(
    'deployment_in_progress',
    `its successor is being rolled out by deployment ${deploymentId}; roll that one back first`,
    { extra: { deployment_id: deploymentId } },
  );
}

export interface Withdrawal {
  reason: string;
  actor: string;
  /** The numbers it was decided on; null: by hand. */
  health: object | null;
}

/**
 * Ends a live deployment; where it was active, what was active before it is again. The caller holds the rule's lock and
 * has decided.
 */
export async function takeBack(
  client: PoolClient,
  deployment: Deployment,
  { reason, actor, health }: Withdrawal,
  now: number,
): Promise<void> {
  const { deploymentId, tenantId, ruleId, stage, percentage, rule, replaces, status } = deployment;
  const checked = health !== null;
  await moveDeployment(client, deploymentId, {
    status: 'rolled_back',
    stage,
    percentage: 0,
    reason,
    checked,
  });
  const reinstated = status === 'active' ? replaces : null;
  const common = { tenantId, ruleId, actor };
  await recordChange(
    client,
    {
      ...common,
      deploymentId,
      ruleHash: rule.ruleHash,
      kind: 'rolled_back',
      fromPercentage: percentage,
      toPercentage: 0,
      reason,
      health,
      details: { reinstated: reinstated?.deploymentId ?? null },
    },
    now,
  );
  if (reinstated === null) return;
  const why = `active again: ${deploymentId} was rolled back`;
  const earlier = (await findDeployment(client, reinstated.deploymentId, tenantId))!;
  await moveDeployment(client, reinstated.deploymentId, {
    status: 'active',
    stage: earlier.stage,
    percentage: 100,
    reason: why,
  });
  await recordChange(
    client,
    {
      ...common,
      deploymentId: reinstated.deploymentId,
      ruleHash: reinstated.ruleHash,
      kind: 'reinstated',
      fromPercentage: 0,
      toPercentage: 100,
      reason: why,
      health: null,
    },
    now,
  );
}
