import { z } from 'zod';
import { maxNodesPerRule } from '../limits.ts';
import type { ParseSubRule } from '../parse-context.ts';
import type { CompositeConfig, RuleConfig } from '../rule-config.ts';
import { knownFields, subRule } from '../schema-helpers.ts';

export const compositeSchema = knownFields('a composite rule', {
  type: z.literal('composite'),
  op: z.enum(['and', 'or', 'not']),
  rules: z.array(subRule).min(1).max(maxNodesPerRule),
}).refine((rule) => rule.op !== 'not' || rule.rules.length === 1, {
  error: 'takes exactly one rule when "op" is "not"; put several under an "or" or "and" first',
  path: ['rules'],
});

export function normaliseComposite(
  rule: z.output<typeof compositeSchema>,
  location: string,
  parseSubRule: ParseSubRule,
): CompositeConfig | null {
  const rules: RuleConfig[] = [];
  for (const [k, input] of rule.rules.entries()) {
    const subRule = parseSubRule(input, `${location}.rules[${k}]`);
    if (subRule !== null) rules.push(subRule);
  }
  return rules.length < rule.rules.length ? null : { type: 'composite', op: rule.op, rules };
}
