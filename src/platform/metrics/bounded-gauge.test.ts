import { expect, test } from 'vitest';
import { boundedGauge } from './bounded-gauge.ts';
import { createMetrics } from './metrics.ts';

test('past the bound the series that was set longest ago goes', async () => {
  const metrics = createMetrics();
  const gauge = boundedGauge(metrics, 'ab_test_probability_beat', 2);
  gauge.set({ test_id: 'a' }, 0.1);
  gauge.set({ test_id: 'b' }, 0.2);
  gauge.set({ test_id: 'a' }, 0.3);
  gauge.set({ test_id: 'c' }, 0.4);
  const text = await metrics.text();
  expect(text).toContain('ab_test_probability_beat{test_id="a"} 0.3');
  expect(text).toContain('ab_test_probability_beat{test_id="c"} 0.4');
  expect(text).not.toContain('test_id="b"');
});
