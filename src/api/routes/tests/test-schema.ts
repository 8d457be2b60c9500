import { z } from '@hono/zod-openapi';
import { shapeMin } from '../../../stats/beta-shape.ts';
import { plainText, ruleIdSchema, ruleNameSchema } from '../rules/rule-config-schema.ts';

/** Of units and observations. One that holds a card number is kept as a pseudonym, not refused: they come by thousands. */
export const callersId = plainText.describe('The caller’s own.');

export const ruleHashSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits')
  .describe('Default: of the latest stored version of rule_id.');

const percentage = z.number().gt(0).lt(100).describe('Of the units; both sum up to 100.');

const variantSchema = z.strictObject({
  name: ruleNameSchema.optional().describe('Default: rule_id, or the role.'),
  rule_id: ruleIdSchema.optional(),
  rule_hash: ruleHashSchema.optional(),
  traffic_percentage: percentage.optional(),
});
export type GivenVariantBody = z.infer<typeof variantSchema>;

/** 30 years: beyond any test, and milliseconds of it are still exact. */
const durationSMax = 1_000_000_000;
const countMax = 1_000_000_000;

/** What a test may set besides its variants, with the defaults of the contract. */
export const planFields = {
  min_sample_size: z.number().int().min(1).max(countMax).default(1_000).describe('Outcomes of each variant.'),
  max_duration_s: z
    .number()
    .int()
    .min(1)
    .max(durationSMax)
    .default(14 * 86_400)
    .describe('From the first assignment or observation.'),
  probability_threshold: z.number().gt(0.5).lt(1).default(0.95),
  alpha: z.number().gt(0).lt(1).default(0.05).describe('Risk of promoting a challenger that is no better.'),
  max_expected_loss: z.number().gt(0).max(1).optional(),
  auto_rollback: z.boolean().default(true),
  rollback_on_error_rate: z.number().gt(0).lt(1).optional(),
  rollback_on_latency_p95_ms: z.number().gt(0).max(1e9).optional(),
  prior: z
    .strictObject({
      alpha: z.number().min(shapeMin).max(1e6).default(1),
      beta: z.number().min(shapeMin).max(1e6).default(1),
    })
    .default({ alpha: 1, beta: 1 }),
  allocation: z.enum(['fixed', 'thompson']).default('fixed'),
  design_effect: z.number().gt(0).lt(1).optional().describe('The lift worth finding, such as 0.02.'),
};

export const createTestSchema = z
  .strictObject({
    name: ruleNameSchema,
    tenant_id: z.string().optional(),
    champion: variantSchema,
    challenger: variantSchema,
    ...planFields,
  })
  .openapi('CreateTestRequest');

const variantDocument = z.object({
  variant_id: z.string(),
  type: z.enum(['champion', 'challenger']),
  name: z.string(),
  rule_id: z.string().nullable(),
  rule_hash: z.string().nullable(),
  traffic_percentage: z.number(),
  successes: z.number().int().describe('Of first outcomes.'),
  trials: z.number().int().describe('Units with an outcome.'),
  rate: z.number().nullable(),
  ci95: z.tuple([z.number(), z.number()]).describe('Credible interval of the rate, equal-tailed.'),
  observations: z.number().int(),
  error_rate: z.number().nullable().describe('Of all observations.'),
  latency_p95_ms: z.number().nullable().describe('To 1 %.'),
});

export const testSchema = z
  .object({
    test_id: z.string(),
    name: z.string(),
    tenant_id: z.string(),
    status: z.enum(['draft', 'running', 'completed', 'inconclusive', 'rolled_back']),
    decision: z
      .enum(['continue', 'promote', 'keep', 'rollback', 'inconclusive'])
      .describe('Of the last look.'),
    reason: z.string(),
    winner_variant_id: z.string().nullable(),
    probability_beat_champion: z.number(),
    expected_loss: z.number().describe('What promoting the challenger is expected to cost.'),
    e_value: z.number().describe('Evidence that the challenger is better; at most 1.8e308, see log_e.'),
    log_e: z.number(),
    e_value_worse: z.number().describe('Evidence that the challenger is worse.'),
    e_value_needed: z.number().describe('1 / alpha.'),
    srm: z.object({ p_value: z.number(), ok: z.boolean() }).describe('Sample ratio mismatch, anytime-valid.'),
    guardrails: z.array(
      z.object({
        name: z.enum(['error_rate', 'latency_p95']),
        e_value: z.number(),
        e_value_limit: z.number(),
        breached: z.boolean(),
      }),
    ),
    variants: z.array(variantDocument),
    looks: z.number().int(),
    min_sample_size: z.number().int(),
    max_duration_s: z.number().int(),
    alpha: z.number(),
    probability_threshold: z.number(),
    allocation: z.enum(['fixed', 'thompson']),
    design_effect: z.number().nullable(),
    created_at: z.string(),
    started_at: z.string().nullable(),
    evaluated_at: z.string().nullable(),
    finished_at: z.string().nullable(),
  })
  .openapi('AbTest');
