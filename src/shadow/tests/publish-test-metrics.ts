import { boundedGauge } from '../../platform/metrics/bounded-gauge.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import { arms, armTypes } from './test-plan.ts';
import type { TestRecord } from './test-record.ts';
import type { TestState } from './test-state.ts';
import { weighEvidence } from './weigh-evidence.ts';

/** Shows a test as this process last looked at it. */
export type TestMetrics = (test: TestRecord, state: TestState) => void;

/** One for a process, since it remembers which tests it shows. */
export function createTestMetrics(metrics: Metrics): TestMetrics {
  const beat = boundedGauge(metrics, 'ab_test_probability_beat');
  const best = boundedGauge(metrics, 'shadow_test_probability_best');
  const samples = boundedGauge(metrics, 'shadow_test_sample_count');
  const conversion = boundedGauge(metrics, 'test_variants_conversion_rate');
  return (test, state) => {
    const test_id = test.testId;
    const { probabilityBeat } = weighEvidence(state, test.plan);
    beat.set({ test_id }, probabilityBeat);
    for (const arm of arms) {
      const variant_id = test.variants[arm].variantId;
      const type = armTypes[arm];
      const { successes, trials } = state.arms[arm];
      // Of two variants, one is the best exactly when it beats the other.
      best.set({ test_id, variant_id }, type === 'challenger' ? probabilityBeat : 1 - probabilityBeat);
      samples.set({ test_id, variant_id }, trials);
      if (trials > 0) conversion.set({ variant_id, type }, successes / trials);
    }
  };
}
