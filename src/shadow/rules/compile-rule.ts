import type { BatchView } from '../batch/batch-view.ts';
import { compileAnomaly } from './anomaly/matcher.ts';
import { compileComposite } from './composite/matcher.ts';
import { compileIpList } from './ip-list/matcher.ts';
import type { Matcher } from './matcher.ts';
import { type RateLimitLeaf, rateLimitLeaf } from './rate-limit/rate-limit-leaf.ts';
import type { RuleConfig } from './rule-config.ts';
import { compileSignature } from './signature/matcher.ts';

export interface CompiledRule {
  /** The rate limits anywhere in the rule, in pre-order; usually none. */
  readonly rateLimits: readonly RateLimitLeaf[];
  /**
   * One byte a sample, 1 where the rule matches. The answer may be one of `limited` itself: it is to be read, not
   * written.
   *
   * @param limited `limited[k][i]` is 1 where rate limit `k` matches sample `i` of this batch
   */
  matchBatch(view: BatchView, limited: readonly Uint8Array[]): Uint8Array;
}

/**
 * Makes a rule in normal form runnable. Costs milliseconds for large rules, so once a thread and rule.
 *
 * @throws PatternRefusedError for a pattern `parseRuleConfig` would have refused
 */
export function compileRule(config: RuleConfig): CompiledRule {
  const rateLimits: RateLimitLeaf[] = [];
  const match = compileNode(config, rateLimits);
  return {
    rateLimits,
    matchBatch(view, limited) {
      if (limited.length !== rateLimits.length) {
        throw new Error(`expected the bits of ${rateLimits.length} rate limits, got ${limited.length}`);
      }
      return match(view, limited);
    },
  };
}

function compileNode(config: RuleConfig, rateLimits: RateLimitLeaf[]): Matcher {
  switch (config.type) {
    case 'signature':
      return compileSignature(config);
    case 'ip_list':
      return compileIpList(config);
    case 'rate_limit': {
      const k = rateLimits.push(rateLimitLeaf(config)) - 1;
      return (_view, limited) => limited[k]!;
    }
    case 'anomaly': {
      const subRules = config.scores.map(({ rule }) => compileNode(rule, rateLimits));
      return compileAnomaly(config, subRules);
    }
    case 'composite': {
      const subRules = config.rules.map((rule) => compileNode(rule, rateLimits));
      return compileComposite(config, subRules);
    }
  }
}
