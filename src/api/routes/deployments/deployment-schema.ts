import { z } from '@hono/zod-openapi';
import { deploymentStatuses, eventKinds, strategies } from '../../../shadow/deployments/deployment.ts';

const tally = z.object({ events: z.int(), trials: z.int() });

const healthSchema = z
  .object({
    decision: z
      .enum(['advance', 'hold', 'rollback'])
      .nullable()
      .describe('What the next check would do, as things are now; null: the rollout is over.'),
    reason: z.string(),
    healthy: z.boolean().describe('Every check is shown to be below its limit.'),
    percentage: z.number(),
    seconds_in_stage: z.number(),
    canary_outcomes: z.int().describe('In this stage.'),
    baseline_outcomes: z.int(),
    split_p_value: z
      .number()
      .describe('Anytime-valid; the outcomes do not match the split when it is small.'),
    checks: z.array(
      z.object({
        name: z.enum(['error_rate', 'latency_p95']),
        canary: tally,
        baseline: tally,
        upper_bound: z.number().describe('The canary’s rate is below this, for certain up to alpha.'),
        limit: z.number(),
        healthy: z.boolean(),
        log_e: z.number().describe('Of harm, over the whole rollout.'),
        log_e_limit: z.number().describe('From which it is rolled back.'),
        harmful: z.boolean(),
      }),
    ),
  })
  .openapi('CanaryHealth');

const evidenceSchema = z.object({
  type: z.enum(['test', 'evaluation', 'override']),
  id: z.string(),
  min_precision: z.number().optional(),
  min_recall: z.number().optional(),
  min_samples: z.int().optional(),
  precision_lower: z.number().optional(),
  recall_lower: z.number().optional(),
  reason: z.string().optional().describe('Of an override.'),
  actor: z.string().optional().describe('Whose override: the id of the key.'),
});

const variantSchema = z.object({
  variant_id: z.string(),
  type: z.enum(['baseline', 'canary']),
  rule_hash: z.string().nullable().describe('null: no rule.'),
  version: z.int().nullable(),
  percentage: z.number(),
});

const eventSchema = z.object({
  kind: z.enum(eventKinds),
  from_percentage: z.number(),
  to_percentage: z.number(),
  reason: z.string(),
  actor: z.string(),
  at: z.iso.datetime(),
});

/** As lists have it. */
export const deploymentSchema = z
  .object({
    deployment_id: z.string(),
    tenant_id: z.string(),
    rule_id: z.string(),
    rule_hash: z.string(),
    version: z.int(),
    strategy: z.enum(strategies),
    status: z.enum(deploymentStatuses),
    stage: z.int().describe('Counts from 1.'),
    stages: z.array(z.number()),
    percentage: z.number().describe('Of the requests that get this version now.'),
    reason: z.string().describe('For which it stands there.'),
    evidence: evidenceSchema,
    replaces: z
      .object({ deployment_id: z.string(), rule_hash: z.string(), version: z.int() })
      .nullable()
      .describe('What was active when it was deployed, and is again after a rollback.'),
    variants: z.array(variantSchema).describe('What observations name, and how traffic is split now.'),
    actor: z.string(),
    stage_started_at: z.iso.datetime(),
    checked_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
    links: z.record(z.string(), z.string()),
  })
  .openapi('Deployment');

/** As it is read by itself. */
export const deploymentDetailSchema = deploymentSchema
  .extend({
    health: healthSchema
      .nullable()
      .describe('Of the rollout; of one that is over, as it was decided on last.'),
    history: z.array(eventSchema).describe('Oldest first.'),
  })
  .openapi('DeploymentDetail');
