import { z } from '@hono/zod-openapi';
import { ruleConfigSchema, ruleIdSchema, ruleNameSchema } from '../rules/rule-config-schema.ts';
import { timeWindowSchema } from './time-window.ts';

export const evaluateBodySchema = z
  .strictObject({
    rule_id: ruleIdSchema,
    rule_name: ruleNameSchema.optional().describe('Default: rule_id.'),
    rule_type: z.string().optional().describe('Default: rule_config.type.'),
    rule_config: ruleConfigSchema,
    tenant_id: z.string().optional(),
    dataset: z.string().default('default'),
    sample_size: z
      .number()
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('The most recent so many by time; default all.'),
    time_window: timeWindowSchema.optional(),
    baseline: z
      .strictObject({ rule_type: z.string().optional(), rule_config: ruleConfigSchema })
      .optional()
      .describe('The rule to compare with, usually the one running.'),
  })
  .openapi('EvaluateRequest');

export const acceptedSchema = z
  .object({
    eval_id: z.string(),
    rule_id: z.string(),
    rule_hash: z.string(),
    status: z.literal('queued'),
    links: z.object({ self: z.string(), events: z.string(), cancel: z.string() }),
  })
  .openapi('EvaluationAccepted');

export const testAcceptedSchema = z
  .object({
    test_id: z.string(),
    eval_id: z.string().describe('The same.'),
    status: z.enum(['draft', 'running', 'completed', 'inconclusive', 'rolled_back']),
    links: z.record(z.string(), z.string()),
  })
  .openapi('AbTestAccepted');

export const linksOf = (evalId: string) => ({
  self: `/shadow/results/${evalId}`,
  events: `/shadow/results/${evalId}/events`,
  cancel: `/shadow/evaluations/${evalId}/cancel`,
});
