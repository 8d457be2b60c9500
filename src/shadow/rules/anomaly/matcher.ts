import type { Matcher } from '../matcher.ts';
import type { AnomalyConfig } from '../rule-config.ts';

/**
 * The scores of the matching sub-rules reach the threshold.
 *
 * @param subRules in the order of `config.scores`, which is also the order of the floating-point sum
 */
export function compileAnomaly(config: AnomalyConfig, subRules: readonly Matcher[]): Matcher {
  return (view, limited) => {
    const totals = new Float64Array(view.count);
    for (let s = 0; s < subRules.length; s++) {
      const score = config.scores[s]!.score;
      const matched = subRules[s]!(view, limited);
      for (let i = 0; i < totals.length; i++) if (matched[i] === 1) totals[i]! += score;
    }
    return Uint8Array.from(totals, (total) => (total >= config.threshold ? 1 : 0));
  };
}
