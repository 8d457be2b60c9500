import type { RuleConfig } from '../rule-config.ts';
import { type RateLimitLeaf, rateLimitLeaf } from './rate-limit-leaf.ts';

/** The rate limits of a rule in pre-order, as `CompiledRule.rateLimits`, without compiling its patterns. */
export function rateLimitLeaves(config: RuleConfig): RateLimitLeaf[] {
  switch (config.type) {
    case 'rate_limit':
      return [rateLimitLeaf(config)];
    case 'anomaly':
      return config.scores.flatMap(({ rule }) => rateLimitLeaves(rule));
    case 'composite':
      return config.rules.flatMap(rateLimitLeaves);
    default:
      return [];
  }
}
