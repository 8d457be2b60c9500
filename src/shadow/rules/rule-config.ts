import type { DecodeStep } from './decode/decode-steps.ts';
import type { Field } from './fields.ts';

/**
 * The normal form of a rule: what `parseRuleConfig` returns, `ruleHash` covers, the database keeps and
 * `compileRule` takes. Every default is written out and there is one way to write each thing.
 */
export type RuleConfig = SignatureConfig | IpListConfig | RateLimitConfig | AnomalyConfig | CompositeConfig;
export type RuleType = RuleConfig['type'];

export type PatternConfig = { literal: string } | { regex: string; flags: string };

export interface SignatureConfig {
  type: 'signature';
  patterns: PatternConfig[];
  match: 'any' | 'all';
  fields: Field[];
  decode: DecodeStep[];
  /** Of literals; a regular expression says it by its own flag `i`. */
  case_sensitive: boolean;
}

export interface IpListConfig {
  type: 'ip_list';
  cidrs: string[];
  field: Field;
}

export interface RateLimitConfig {
  type: 'rate_limit';
  key: Field;
  /** Tokens. */
  capacity: number;
  refill_per_second: number;
}

export interface AnomalyConfig {
  type: 'anomaly';
  threshold: number;
  scores: { rule: RuleConfig; score: number }[];
}

export interface CompositeConfig {
  type: 'composite';
  op: 'and' | 'or' | 'not';
  rules: RuleConfig[];
}
