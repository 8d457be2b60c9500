import { z } from 'zod';
import { parseCidr } from '../address/parse-cidr.ts';
import { addressFields, type Field } from '../fields.ts';
import { maxCidrsPerRule } from '../limits.ts';
import type { IpListConfig } from '../rule-config.ts';
import { fieldName, knownFields } from '../schema-helpers.ts';

const cidr = z
  .string()
  .meta({ description: 'Such as 203.0.113.0/24 or 2001:db8::/32.' })
  .check((context) => {
    const range = parseCidr(context.value);
    if (typeof range !== 'string') return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: `malformed CIDR ${JSON.stringify(context.value)}: ${range}`,
    });
  });

export const ipListSchema = knownFields('an ip_list rule', {
  type: z.literal('ip_list'),
  cidrs: z.array(cidr).min(1).max(maxCidrsPerRule),
  field: fieldName(addressFields).default('source_ip'),
});

/** CIDRs stay as they were written, in their order: the hash covers what the caller gave. */
export function normaliseIpList(rule: z.output<typeof ipListSchema>): IpListConfig {
  return { type: 'ip_list', cidrs: rule.cidrs, field: rule.field as Field };
}
