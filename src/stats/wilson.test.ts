import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wilsonInterval, z95 } from './wilson.ts';

test('published values: Newcombe, Statistics in Medicine 17:857 (1998), table I, method 3', () => {
  const published: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [successes, trials, lower, upper] of published) {
    const interval = wilsonInterval(successes, trials)!;
    expect(interval[0]).toBeCloseTo(lower, 4);
    expect(interval[1]).toBeCloseTo(upper, 4);
  }
});

test('the ends are exact', () => {
  expect(wilsonInterval(0, 0)).toBeNull();
  expect(wilsonInterval(0, 10)![0]).toBe(0);
  expect(wilsonInterval(10, 10)![1]).toBe(1);
  expect(wilsonInterval(0, 10)![1]).toBeCloseTo((z95 * z95) / (10 + z95 * z95), 14);
  expect(wilsonInterval(3, 10, 0)).toEqual([0.3, 0.3]);
  expect(() => wilsonInterval(11, 10)).toThrow(RangeError);
  expect(() => wilsonInterval(Number.NaN, 10)).toThrow(RangeError);
});

test('the interval holds the proportion, is symmetric in success and failure, and its ends satisfy the score equation', () => {
  const trials = fc.integer({ min: 1, max: 2_000_000 });
  fc.assert(
    fc.property(trials, fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
      const successes = Math.round(n * share);
      const p = successes / n;
      const [lower, upper] = wilsonInterval(successes, n)!;
      expect(lower).toBeLessThanOrEqual(p);
      expect(upper).toBeGreaterThanOrEqual(p);
      const mirrored = wilsonInterval(n - successes, n)!;
      expect(mirrored[0]).toBeCloseTo(1 - upper, 12);
      if (successes > 0 && successes < n) {
        expect(((p - lower) ** 2 * n) / (lower * (1 - lower)) / z95 ** 2).toBeCloseTo(1, 6);
      }
    }),
    { seed: 2 },
  );
});
