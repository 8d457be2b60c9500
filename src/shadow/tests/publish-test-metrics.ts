import type { Metrics } from '../../platform/metrics/metrics.ts';
import { arms, armTypes } from './test-plan.ts';
import type { TestRecord } from './test-record.ts';
import type { TestState } from './test-state.ts';
import { weighEvidence } from './weigh-evidence.ts';

/** Shows a test as this process last looked at it. Of two variants, P(best) of one is 1 − P(best) of the other. */
export function publishTestMetrics(metrics: Metrics, test: TestRecord, state: TestState): void {
  const { probabilityBeat } = weighEvidence(state, test.plan);
  metrics.gauge('ab_test_probability_beat').set({ test_id: test.testId }, probabilityBeat);
  for (const arm of arms) {
    const { variantId } = test.variants[arm];
    const { successes, trials } = state.arms[arm];
    const best = armTypes[arm] === 'challenger' ? probabilityBeat : 1 - probabilityBeat;
    metrics.gauge('shadow_test_probability_best').set({ test_id: test.testId, variant_id: variantId }, best);
    metrics.gauge('shadow_test_sample_count').set({ test_id: test.testId, variant_id: variantId }, trials);
    if (trials > 0)
      metrics
        .gauge('test_variants_conversion_rate')
        .set({ variant_id: variantId, type: armTypes[arm] }, successes / trials);
  }
}
