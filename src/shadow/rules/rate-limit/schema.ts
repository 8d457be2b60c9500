import { z } from 'zod';
import { type Field, keyFields } from '../fields.ts';
import type { ParseContext } from '../parse-context.ts';
import type { RateLimitConfig } from '../rule-config.ts';
import { boundedNumber, fieldName, knownFields } from '../schema-helpers.ts';

/** Below one token no sample could ever take one: the rule would match every sample that has the key. */
const capacityMin = 1;

export const rateLimitSchema = knownFields('a rate_limit rule', {
  type: z.literal('rate_limit'),
  key: fieldName(keyFields).default('source_ip'),
  max_requests_per_minute: boundedNumber(capacityMin).optional(),
  capacity: boundedNumber(capacityMin).optional(),
  refill_per_second: boundedNumber(0).optional(),
}).refine(
  (rule) => {
    const bucket = [rule.capacity, rule.refill_per_second].filter((value) => value !== undefined).length;
    return bucket === (rule.max_requests_per_minute === undefined ? 2 : 0);
  },
  { error: 'give either "max_requests_per_minute" or both "capacity" and "refill_per_second"' },
);

export function normaliseRateLimit(
  rule: z.output<typeof rateLimitSchema>,
  location: string,
  context: ParseContext,
): RateLimitConfig {
  context.count('rateLimits', 1, location);
  const perMinute = rule.max_requests_per_minute;
  return {
    type: 'rate_limit',
    key: rule.key as Field,
    capacity: perMinute ?? rule.capacity!,
    refill_per_second: perMinute === undefined ? rule.refill_per_second! : perMinute / 60,
  };
}
