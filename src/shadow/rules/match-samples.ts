import { BatchView } from '../batch/batch-view.ts';
import { BatchWriter } from '../batch/batch-writer.ts';
import type { Sample } from '../batch/sample.ts';
import { compileRule } from './compile-rule.ts';
import { KeyedBuckets } from './rate-limit/token-bucket.ts';
import type { RuleConfig } from './rule-config.ts';

/**
 * The whole semantics of a rule on samples in memory: the indices of those that match, ascending. The index is the
 * ordinal of arrival. Slow and simple; large selections go through the worker.
 */
export function matchSamples(config: RuleConfig, samples: readonly Sample[]): number[] {
  const rule = compileRule(config);
  const buckets = rule.rateLimits.map((limit) => new KeyedBuckets(limit));
  const order = samples.map((_, index) => index).sort((a, b) => samples[a]!.at - samples[b]!.at || a - b);
  const matching: number[] = [];
  const writer = new BatchWriter();
  let done = 0;
  for (let next = 0; next < order.length; next++) {
    writer.append(samples[order[next]!]!);
    if (!writer.full && next + 1 < order.length) continue;
    const view = new BatchView(writer.finish());
    const limited = rule.rateLimits.map((limit, k) =>
      Uint8Array.from({ length: view.count }, (_, i) => {
        const key = limit.keyOf(view, i);
        return key !== null && buckets[k]!.isLimited(key, view.at[i]!) ? 1 : 0;
      }),
    );
    const matches = rule.matchBatch(view, limited);
    for (let i = 0; i < view.count; i++) if (matches[i] === 1) matching.push(order[done + i]!);
    done = next + 1;
  }
  return matching.sort((a, b) => a - b);
}
