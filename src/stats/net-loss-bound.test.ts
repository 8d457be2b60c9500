import { expect, test } from 'vitest';
import { netLossUpperBound } from './net-loss-bound.ts';
import { wilsonInterval } from './wilson.ts';

// Computed by maximising the constrained likelihood numerically.
test.each([
  [7, 0, 1_000, 0.014378315465766634],
  [0, 7, 1_000, -0.0031464543165626393],
  [20, 20, 10_000, 0.0012972502734868718],
  [500, 500, 1_000, 0.06186079926379161],
  [12, 3, 400, 0.045173390064042585],
  [4, 44, 100, -0.2850446300704789],
  [900, 1_000, 100_000, -0.00014581666030210425],
])('%d losses and %d gains of %d', (losses, gains, total, expected) => {
  expect(netLossUpperBound({ losses, gains, total })).toBeCloseTo(expected, 8);
});

test('without gains it is Wilson’s upper bound', () => {
  for (const [count, total] of [
    [0, 1_000],
    [3, 800],
    [400, 400],
  ] as const) {
    const upper = wilsonInterval(count, total)![1];
    expect(netLossUpperBound({ losses: count, gains: 0, total })).toBeCloseTo(upper, 10);
  }
});

test('no subjects bound nothing, and impossible counts are refused', () => {
  expect(netLossUpperBound({ losses: 0, gains: 0, total: 0 })).toBeNull();
  expect(() => netLossUpperBound({ losses: 2, gains: 2, total: 3 })).toThrow(RangeError);
});
