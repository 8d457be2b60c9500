import type { Pool, PoolClient } from 'pg';
import { withTransaction } from '../../platform/database/transaction.ts';
import { type CanaryState, enterStage } from '../canaries/canary-state.ts';
import { type CanaryLook, decideCanary } from '../canaries/decide-canary.ts';
import { lockCanaryState, saveCanaryState } from './canary-state-row.ts';
import type { Deployment } from './deployment.ts';
import { findDeployment } from './find-deployments.ts';
import { lockRule } from './lock-rule.ts';
import { moveDeployment } from './move-deployment.ts';
import { recordChange } from './record-change.ts';
import { takeBack } from './roll-back.ts';

export interface CheckDeps {
  /** Connections as `assay_judge`. */
  judgePool: Pool;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** Who the audit log says it was. */
const actor = 'canary-check';

/**
 * Looks at a rollout and does what its health says: holds, goes on to the next stage, completes, or takes it back. Look,
 * stage, history and audit event are one transaction under the rule's lock, so several workers, a repeated job or a
 * crash anywhere make at most one step of it; and the stage begins anew with it, so that no second step follows at once.
 *
 * @returns null when there is nothing to look at: it ended before.
 */
export async function checkCanary(
  { judgePool, clock }: CheckDeps,
  { deploymentId, tenantId, ruleId }: Pick<Deployment, 'deploymentId' | 'tenantId' | 'ruleId'>,
): Promise<CanaryLook | null> {
  return withTransaction(judgePool, async (client) => {
    await lockRule(client, tenantId, ruleId);
    const state = await lockCanaryState(client, deploymentId);
    const deployment = await findDeployment(client, deploymentId, tenantId);
    if (state === null || deployment === null || deployment.status !== 'canary') return null;
    const look = decideCanary(state, deployment.plan!, deployment.secondsInStage);
    await act(client, deployment, state, look, clock());
    return look;
  });
}

async function act(
  client: PoolClient,
  deployment: Deployment,
  state: CanaryState,
  look: CanaryLook,
  now: number,
): Promise<void> {
  const { deploymentId, stage, percentage, plan } = deployment;
  const { decision, reason, health } = look;
  if (decision === 'rollback') {
    await takeBack(client, deployment, { reason, actor, health }, now);
  } else if (decision === 'hold') {
    await moveDeployment(client, deploymentId, {
      status: 'canary',
      stage,
      percentage,
      reason,
      checked: true,
    });
  } else if (stage + 1 < plan!.stages.length) {
    await enterNextStage(client, deployment, state, look, now);
  } else {
    await complete(client, deployment, look, now);
  }
}

async function enterNextStage(
  client: PoolClient,
  deployment: Deployment,
  state: CanaryState,
  { reason, health }: CanaryLook,
  now: number,
): Promise<void> {
  const { deploymentId, percentage } = deployment;
  const plan = deployment.plan!;
  const stage = deployment.stage + 1;
  const next = plan.stages[stage]!;
  await saveCanaryState(client, deploymentId, enterStage(state, plan, stage));
  await moveDeployment(client, deploymentId, {
    status: 'canary',
    stage,
    percentage: next,
    reason,
    checked: true,
  });
  const change = {
    kind: 'advanced' as const,
    fromPercentage: percentage,
    toPercentage: next,
    reason,
    health,
    actor,
  };
  await recordChange(client, { ...idOf(deployment), ...change }, now);
}

/** All traffic is its own, and what it replaces is superseded: PostgreSQL does that in the same statement. */
async function complete(
  client: PoolClient,
  deployment: Deployment,
  { reason, health }: CanaryLook,
  now: number,
): Promise<void> {
  const { deploymentId, stage, percentage, replaces } = deployment;
  await moveDeployment(client, deploymentId, {
    status: 'active',
    stage,
    percentage: 100,
    reason,
    checked: true,
  });
  const change = {
    kind: 'completed' as const,
    fromPercentage: percentage,
    toPercentage: 100,
    reason,
    health,
    actor,
  };
  await recordChange(client, { ...idOf(deployment), ...change }, now);
  if (replaces === null) return;
  await recordChange(
    client,
    {
      ...idOf(deployment),
      deploymentId: replaces.deploymentId,
      ruleHash: replaces.ruleHash,
      kind: 'superseded',
      fromPercentage: 100,
      toPercentage: 0,
      reason: `superseded by ${deploymentId}`,
      health: null,
      actor,
    },
    now,
  );
}

const idOf = ({ deploymentId, tenantId, ruleId, rule }: Deployment) => ({
  deploymentId,
  tenantId,
  ruleId,
  ruleHash: rule.ruleHash,
});
