import { z } from '@hono/zod-openapi';
import { strategies } from '../../../shadow/deployments/deployment.ts';
import { defaultRequirements, requirementFloors } from '../../../shadow/report/requirements.ts';
import { ruleIdSchema } from '../rules/rule-config-schema.ts';
import { ruleHashSchema } from '../tests/test-schema.ts';

/** A week; a stage that takes longer is a decision of its own. */
const stageDurationSMax = 7 * 86_400;

const share = z.number().gt(0).lt(1);

/** What a rollout may set; the defaults stand beside their reasons in src/shadow/canaries/canary-plan.ts. */
const canarySchema = z
  .strictObject({
    stages: z
      .array(z.number().int().min(1).max(100))
      .min(1)
      .max(20)
      .optional()
      .describe('Percentages that rise, the last one 100. Default: 5, 10, 25, 50, 100.'),
    stage_duration_s: z
      .number()
      .int()
      .min(0)
      .max(stageDurationSMax)
      .optional()
      .describe('A stage lasts at least so long. Default: 600.'),
    min_outcomes: z
      .number()
      .int()
      .min(1)
      .max(1e9)
      .optional()
      .describe('Outcomes of the canary that each stage needs. Default: 200.'),
    check_split: z
      .boolean()
      .optional()
      .describe('Hold while the outcomes seen do not match the split. Default: true.'),
    outcome_age_max_s: z
      .number()
      .int()
      .min(1)
      .max(86_400)
      .optional()
      .describe('Nothing advances when the canary’s last outcome is older. Default: 60.'),
    alpha: z
      .number()
      .gt(0)
      .max(0.1)
      .optional()
      .describe('Risk of a wrong decision either way. Default: 0.05.'),
    error_rate_max: share.nullable().optional().describe('Default: 0.1; null: no such limit.'),
    error_rate_margin: share
      .nullable()
      .optional()
      .describe('Above the baseline’s error rate; null: the baseline is not looked at. Default: 0.02.'),
    latency_limit_ms: z
      .number()
      .gt(0)
      .max(1e9)
      .nullable()
      .optional()
      .describe('Which at most 5 % of the canary’s outcomes may exceed. Default: latency is not looked at.'),
  })
  .openapi('CanaryPlan');

export type CanaryBody = z.infer<typeof canarySchema>;

const { precision, recall, samples } = defaultRequirements;

export const deploySchema = z
  .strictObject({
    rule_id: ruleIdSchema,
    rule_hash: ruleHashSchema.describe('Of the stored version that is to go live.'),
    tenant_id: z.string().optional(),
    test_id: z.string().optional().describe('An A/B test that promoted this version.'),
    eval_id: z.string().optional().describe('A completed evaluation of this version.'),
    override: z
      .strictObject({ reason: z.string().trim().min(1).max(500).describe('Kept in the audit log.') })
      .optional()
      .describe('Without a test. Needs the scope `admin`; it is audited, counted and alerted on.'),
    min_precision: z
      .number()
      .min(requirementFloors.precision)
      .max(1)
      .default(precision)
      .describe('That the lower 95 % bound has to reach; with `eval_id`.'),
    min_recall: z.number().min(requirementFloors.recall).max(1).default(recall),
    min_samples: z.number().int().min(requirementFloors.samples).max(1e9).default(samples),
    strategy: z.enum(strategies).default('canary'),
    canary: canarySchema.optional().describe('How to roll out; with the strategy `canary`.'),
  })
  .openapi('DeployRequest');

export type DeployBody = z.infer<typeof deploySchema>;
