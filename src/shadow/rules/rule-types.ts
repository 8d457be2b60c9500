import { anomalySchema } from './anomaly/schema.ts';
import { compositeSchema } from './composite/schema.ts';
import { ipListSchema } from './ip-list/schema.ts';
import { rateLimitSchema } from './rate-limit/schema.ts';
import type { RuleType } from './rule-config.ts';
import { signatureSchema } from './signature/schema.ts';

/** What a caller may write for each type, sub-rules aside: those are checked one by one, each by its own type. */
export const ruleSchemas = {
  signature: signatureSchema,
  ip_list: ipListSchema,
  rate_limit: rateLimitSchema,
  anomaly: anomalySchema,
  composite: compositeSchema,
} as const satisfies Record<RuleType, unknown>;

export const ruleTypes = Object.keys(ruleSchemas) as RuleType[];

export function isRuleType(value: unknown): value is RuleType {
  return typeof value === 'string' && Object.hasOwn(ruleSchemas, value);
}
