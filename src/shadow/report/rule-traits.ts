import type { DecodeStep } from '../rules/decode/decode-steps.ts';
import type { RuleConfig } from '../rules/rule-config.ts';

/** What a rule looks at, sub-rules included: what decides which advice makes sense. */
export interface RuleTraits {
  /** Fields that signatures read. */
  fields: ReadonlySet<string>;
  /** Decodings that at least one signature applies. */
  decodes: ReadonlySet<DecodeStep>;
  hasSignature: boolean;
  hasRateLimit: boolean;
  /** Whether an address list or a rate limit goes by the sample's source address. */
  usesAddress: boolean;
  /** Whether a literal matches only in the case it was written in. */
  caseSensitive: boolean;
}

export function ruleTraits(rule: RuleConfig): RuleTraits {
  const leaves = [...leavesOf(rule)];
  const signatures = leaves.filter((leaf) => leaf.type === 'signature');
  return {
    fields: new Set(signatures.flatMap((leaf) => leaf.fields)),
    decodes: new Set(signatures.flatMap((leaf) => leaf.decode)),
    hasSignature: signatures.length > 0,
    hasRateLimit: leaves.some((leaf) => leaf.type === 'rate_limit'),
    usesAddress: leaves.some(
      (leaf) =>
        (leaf.type === 'rate_limit' && leaf.key === 'source_ip') ||
        (leaf.type === 'ip_list' && leaf.field === 'source_ip'),
    ),
    caseSensitive: signatures.some(
      (leaf) => leaf.case_sensitive && leaf.patterns.some((p) => 'literal' in p),
    ),
  };
}

type Leaf = Exclude<RuleConfig, { type: 'composite' | 'anomaly' }>;

function* leavesOf(rule: RuleConfig): Generator<Leaf> {
  if (rule.type === 'composite') for (const sub of rule.rules) yield* leavesOf(sub);
  else if (rule.type === 'anomaly') for (const { rule: sub } of rule.scores) yield* leavesOf(sub);
  else yield rule;
}
