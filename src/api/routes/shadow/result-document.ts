import { z } from '@hono/zod-openapi';
import type { Evaluation } from '../../../shadow/evaluations/find-evaluation.ts';

export const progressSchema = z.object({
  done: z.number().int().describe('Samples in finished batches.'),
  total: z.number().int().describe('Samples selected.'),
});

const interval = z.tuple([z.number(), z.number()]).nullable().describe('[lower, upper], Wilson, 95 %.');
const ratio = z.number().nullable().describe('null where the denominator is zero.');

/** What `GET /shadow/results/:eval_id` answers; the report's fields are there once the status is `completed`. */
export const resultSchema = z
  .looseObject({
    eval_id: z.string(),
    rule_id: z.string(),
    rule_hash: z.string(),
    tenant_id: z.string(),
    dataset: z.string(),
    dataset_version: z.number().int(),
    status: z.enum(['queued', 'running', 'completed', 'failed']),
    progress: progressSchema,
    error: z
      .object({
        code: z.enum(['cancelled', 'dataset_deleted', 'rule_too_slow', 'internal']),
        message: z.string(),
      })
      .optional()
      .describe('Only when failed.'),
    true_positives: z.number().int().optional(),
    false_positives: z.number().int().optional(),
    true_negatives: z.number().int().optional(),
    false_negatives: z.number().int().optional(),
    precision: ratio.optional(),
    recall: ratio.optional(),
    f1_score: ratio.optional(),
    balanced_accuracy: ratio.optional(),
    mcc: ratio.optional(),
    intervals: z.record(z.string(), interval).optional(),
    by_attack_type: z.record(z.string(), z.unknown()).optional(),
    examples: z
      .object({ false_positives: z.array(z.string()), false_negatives: z.array(z.string()) })
      .optional()
      .describe('Ids of the first 20 of each, by time.'),
    comparison: z.looseObject({}).nullable().optional().describe('Against the baseline; null without one.'),
    recommendations: z.array(z.object({ code: z.string(), message: z.string() })).optional(),
    execution_time_ms: z.number().optional(),
  })
  .openapi('EvaluationResult');

/** The evaluation as JSON: its own fields, then those of its report, which has none of the same names. */
export function resultDocument(evaluation: Evaluation): z.infer<typeof resultSchema> {
  return {
    eval_id: evaluation.evalId,
    rule_id: evaluation.ruleId,
    rule_hash: evaluation.ruleHash,
    tenant_id: evaluation.tenantId,
    dataset: evaluation.dataset,
    dataset_version: evaluation.datasetVersion,
    status: evaluation.status,
    progress: { done: evaluation.done, total: evaluation.total },
    ...(evaluation.error === null ? {} : { error: evaluation.error }),
    ...evaluation.result,
  };
}
