import type { z } from '@hono/zod-openapi';
import type { CanaryDecision } from '../../../shadow/canaries/decide-canary.ts';
import type { CanaryHealth, HealthCheck } from '../../../shadow/canaries/weigh-health.ts';
import type { Deployment, EvidenceRef } from '../../../shadow/deployments/deployment.ts';
import type { DeploymentEvent } from '../../../shadow/deployments/list-events.ts';
import type { deploymentDetailSchema, deploymentSchema } from './deployment-schema.ts';

export const deploymentLinksOf = ({ deploymentId, ruleId }: Pick<Deployment, 'deploymentId' | 'ruleId'>) => ({
  self: `/shadow/deployments/${deploymentId}`,
  rollback: `/shadow/deployments/${deploymentId}/rollback`,
  observations: `/shadow/canaries/${deploymentId}/observations`,
  active: `/shadow/rules/${encodeURIComponent(ruleId)}/active`,
});

export function deploymentDocument(deployment: Deployment): z.infer<typeof deploymentSchema> {
  const { replaces, rule } = deployment;
  return {
    deployment_id: deployment.deploymentId,
    tenant_id: deployment.tenantId,
    rule_id: deployment.ruleId,
    rule_hash: rule.ruleHash,
    version: rule.version,
    strategy: deployment.strategy,
    status: deployment.status,
    stage: deployment.stage + 1,
    stages: deployment.plan?.stages ?? [100],
    percentage: deployment.percentage,
    reason: deployment.reason,
    evidence: evidenceDocument(deployment.evidence),
    replaces:
      replaces === null
        ? null
        : { deployment_id: replaces.deploymentId, rule_hash: replaces.ruleHash, version: replaces.version },
    variants: variantDocuments(deployment),
    actor: deployment.actor,
    stage_started_at: deployment.stageStartedAt.toISOString(),
    checked_at: deployment.checkedAt?.toISOString() ?? null,
    created_at: deployment.createdAt.toISOString(),
    finished_at: deployment.finishedAt?.toISOString() ?? null,
    links: deploymentLinksOf(deployment),
  };
}

function evidenceDocument(evidence: EvidenceRef) {
  const { type, id } = evidence;
  switch (evidence.type) {
    case 'test':
      return { type, id };
    case 'override':
      return { type, id, reason: evidence.reason, actor: evidence.actor };
    case 'evaluation': {
      const { samples, precision, recall } = evidence.requirements;
      return {
        type,
        id,
        min_precision: precision,
        min_recall: recall,
        min_samples: samples,
        precision_lower: evidence.precisionLower,
        recall_lower: evidence.recallLower,
      };
    }
  }
}

/** While it is rolled out the baseline has the rest; afterwards all is its own, or nothing is. */
export function variantDocuments(deployment: Deployment) {
  const { status, percentage, replaces, rule } = deployment;
  const rest = status === 'canary' ? 100 - percentage : 0;
  return [
    {
      variant_id: deployment.baselineVariantId,
      type: 'baseline' as const,
      rule_hash: replaces?.ruleHash ?? null,
      version: replaces?.version ?? null,
      percentage: rest,
    },
    {
      variant_id: deployment.canaryVariantId,
      type: 'canary' as const,
      rule_hash: rule.ruleHash,
      version: rule.version,
      percentage,
    },
  ];
}

export interface HealthNow {
  /** Null: the rollout is over. */
  decision: CanaryDecision | null;
  reason: string;
  health: CanaryHealth;
}

export function deploymentDetail(
  deployment: Deployment,
  now: HealthNow | null,
  events: readonly DeploymentEvent[],
): z.infer<typeof deploymentDetailSchema> {
  return {
    ...deploymentDocument(deployment),
    health: now === null ? null : healthDocument(now),
    history: events.map(({ kind, fromPercentage, toPercentage, reason, actor, at }) => ({
      kind,
      from_percentage: fromPercentage,
      to_percentage: toPercentage,
      reason,
      actor,
      at: at.toISOString(),
    })),
  };
}

function healthDocument({ decision, reason, health }: HealthNow) {
  return {
    decision,
    reason,
    healthy: health.healthy,
    percentage: health.percent,
    seconds_in_stage: health.secondsInStage,
    canary_outcomes: health.canaryOutcomes,
    baseline_outcomes: health.baselineOutcomes,
    split_p_value: health.splitPValue,
    checks: health.checks.map(checkDocument),
  };
}

function checkDocument({
  name,
  canary,
  baseline,
  upperBound,
  limit,
  healthy,
  logE,
  logEMin,
  harmful,
}: HealthCheck) {
  return {
    name,
    canary,
    baseline,
    upper_bound: upperBound,
    limit,
    healthy,
    log_e: logE,
    log_e_limit: logEMin,
    harmful,
  };
}
