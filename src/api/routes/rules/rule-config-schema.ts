import { z } from '@hono/zod-openapi';
import type { RuleConfig } from '../../../shadow/rules/rule-config.ts';
import { ruleTypes } from '../../../shadow/rules/rule-types.ts';

/**
 * A rule in a request body, passed on as it came: `parseRuleConfig` checks it, with better answers than a union of
 * schemas would give. Not `z.record`, which drops a `__proto__` key where it shall be refused.
 */
export const ruleConfigSchema = z
  .unknown()
  .refine((value) => value !== undefined, { error: 'a rule configuration is missing' })
  .openapi({
    type: 'object',
    properties: { type: { type: 'string', enum: ruleTypes } },
    description:
      'By type. signature: pattern or patterns, match, fields, decode, case_sensitive. ip_list: cidrs, field. ' +
      'rate_limit: key, and max_requests_per_minute or capacity with refill_per_second. anomaly: threshold, scores ' +
      'of {rule, score}. composite: op, rules. The whole reference is docs/reference/rules.md.',
    example: { type: 'signature', pattern: "' OR '1'='1" },
  });

/** A stored rule in an answer. */
export const storedRuleConfigSchema = z.custom<RuleConfig>().openapi({
  type: 'object',
  description: 'In normal form: every default written out.',
});

/** Well-formed and without control characters: identifiers stand in logs and URLs, and PostgreSQL stores no U+0000. */
const plainText = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
    error: 'holds a control character or half of a surrogate pair',
  });

export const ruleIdSchema = plainText.describe('Versions of a rule share it.');
export const ruleNameSchema = plainText.describe('For people.');
