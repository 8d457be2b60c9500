import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logMeanExp } from './log-mean-exp.ts';
import { logExceedanceEValue } from './one-sample-e-value.ts';
import { rateLowerBound, rateUpperBound } from './rate-bounds.ts';
import { wilsonInterval } from './wilson.ts';
import { Xoshiro128 } from './xoshiro128.ts';

const seed = 20_261_121;
console.info(`rate bounds: seed ${seed}`);

const counts = fc
  .record({ trials: fc.integer({ min: 1, max: 100_000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ trials, share }) => ({ trials, events: Math.round(share * trials) }));

test('the bounds are about the rate seen, wider than those of one look, and each other’s mirror', () => {
  fc.assert(
    fc.property(counts, fc.constantFrom(0.05, 0.025, 0.01), ({ events, trials }, alpha) => {
      const lower = rateLowerBound(events, trials, alpha);
      const upper = rateUpperBound(events, trials, alpha);
      expect(lower).toBeLessThanOrEqual(events / trials);
      expect(upper).toBeGreaterThanOrEqual(events / trials);
      expect(rateUpperBound(trials - events, trials, alpha)).toBeCloseTo(1 - lower, 12);
      // One-sided at α: two-sided at 2 α, where 1.2 is below every quantile that is meant here.
      const [low, high] = wilsonInterval(events, trials, 1.2)!;
      if (events > 5) expect(lower).toBeLessThan(low);
      if (trials - events > 5) expect(upper).toBeGreaterThan(high);
    }),
    { seed, numRuns: 300 },
  );
});

test('a rate at the bound is just ruled out', () => {
  fc.assert(
    fc.property(counts, ({ events, trials }) => {
      const lower = rateLowerBound(events, trials, 0.05);
      fc.pre(lower > 1e-6);
      expect(logExceedanceEValue(events, trials, lower)).toBeCloseTo(Math.log(20), 8);
      // Whatever is smaller is ruled out more firmly: the search for the bound relies on it.
      expect(logExceedanceEValue(events, trials, lower / 2)).toBeGreaterThan(Math.log(20));
    }),
    { seed, numRuns: 300 },
  );
});

test('nothing seen bounds nothing', () => {
  expect([rateLowerBound(0, 0, 0.05), rateUpperBound(0, 0, 0.05)]).toEqual([0, 1]);
  expect(rateLowerBound(0, 100, 0.05)).toBe(0);
  expect(rateUpperBound(100, 100, 0.05)).toBe(1);
  // No error among 300: the rule of three says 1 % for one look; for all looks it is 1.5 %.
  expect(rateUpperBound(0, 300, 0.05)).toBeCloseTo(0.0149, 3);
  expect(() => rateLowerBound(1, 2, 0)).toThrow(RangeError);
  expect(() => rateUpperBound(1, 2, 1)).toThrow(RangeError);
});

test('looked at after every trial, the bound is ever wrong in at most 5 % of runs', () => {
  const rng = Xoshiro128.fromSeed(seed);
  const runs = 300;
  for (const rate of [0.01, 0.1, 0.5]) {
    let wrong = 0;
    for (let run = 0; run < runs; run++) {
      let events = 0;
      for (let n = 1; n <= 600; n++) {
        if (rng.float() < rate) events++;
        // What `rateLowerBound` above the rate means, without the search.
        if (events / (n + 1) > rate && logExceedanceEValue(events, n, rate) >= Math.log(20)) {
          wrong++;
          break;
        }
      }
    }
    expect(wrong / runs).toBeLessThanOrEqual(0.05);
  }
});

test('the mean of e-values by their logarithms, beyond the range of a double too', () => {
  expect(logMeanExp([Math.log(2), Math.log(4)])).toBeCloseTo(Math.log(3), 12);
  expect(logMeanExp([5_000, 0])).toBeCloseTo(5_000 - Math.LN2, 9);
  expect(logMeanExp([-5_000, -5_000])).toBe(-5_000);
});
