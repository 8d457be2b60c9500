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
 * What all scanners of a rule may remember together, so that a rule of a thousand signatures costs a thread no more
 * than a few of them; each signature has two scanners.
 */
const ruleCacheBytesMax = 32 * 1024 * 1024;
/** More than this one scanner cannot use on real traffic. */
const scannerCacheBytesMax = 4 * 1024 * 1024;

/**
 * Makes a rule in normal form runnable. Costs milliseconds for large rules, so once a thread and rule.
 *
 * @throws PatternRefusedError for a pattern `parseRuleConfig` would have refused
 */
export function compileRule(config: RuleConfig): CompiledRule {
  const rateLimits: RateLimitLeaf[] = [];
  const cacheBytes = Math.floor(
    Math.min(scannerCacheBytesMax, ruleCacheBytesMax / (2 * countSignatures(config))),
  );
  const match = compileNode(config, rateLimits, cacheBytes);
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

function compileNode(config: RuleConfig, rateLimits: RateLimitLeaf[], cacheBytes: number): Matcher {
  switch (config.type) {
    case 'signature':
      return compileSignature(config, cacheBytes);
    case 'ip_list':
      return compileIpList(config);
    case 'rate_limit': {
      const k = rateLimits.push(rateLimitLeaf(config)) - 1;
      return (_view, limited) => limited[k]!;
    }
    case 'anomaly': {
      const subRules = config.scores.map(({ rule }) => compileNode(rule, rateLimits, cacheBytes));
      return compileAnomaly(config, subRules);
    }
    case 'composite': {
      const subRules = config.rules.map((rule) => compileNode(rule, rateLimits, cacheBytes));
      return compileComposite(config, subRules);
    }
  }
}

function countSignatures(config: RuleConfig): number {
  switch (config.type) {
    case 'signature':
      return 1;
    case 'anomaly':
      return config.scores.reduce((sum, { rule }) => sum + countSignatures(rule), 0);
    case 'composite':
      return config.rules.reduce((sum, rule) => sum + countSignatures(rule), 0);
    default:
      return 0;
  }
}
