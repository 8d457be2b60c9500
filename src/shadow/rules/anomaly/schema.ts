import { z } from 'zod';
import { maxMagnitude, maxNodesPerRule } from '../limits.ts';
import type { ParseSubRule } from '../parse-context.ts';
import type { AnomalyConfig } from '../rule-config.ts';
import { boundedNumber, knownFields, subRule } from '../schema-helpers.ts';

/** Fractions are allowed, and negative scores, which let a sub-rule speak for the sample. */
const points = boundedNumber(-maxMagnitude);

export const anomalySchema = knownFields('an anomaly rule', {
  type: z.literal('anomaly'),
  threshold: points,
  scores: z
    .array(
      knownFields('a score', {
        rule: subRule,
        score: points,
      }),
    )
    .min(1)
    .max(maxNodesPerRule),
});

export function normaliseAnomaly(
  rule: z.output<typeof anomalySchema>,
  location: string,
  parseSubRule: ParseSubRule,
): AnomalyConfig | null {
  const scores: AnomalyConfig['scores'] = [];
  for (const [k, entry] of rule.scores.entries()) {
    const subRule = parseSubRule(entry.rule, `${location}.scores[${k}].rule`);
    if (subRule !== null) scores.push({ rule: subRule, score: entry.score });
  }
  return scores.length < rule.scores.length ? null : { type: 'anomaly', threshold: rule.threshold, scores };
}
