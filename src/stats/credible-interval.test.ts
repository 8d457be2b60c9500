import fc from 'fast-check';
import { expect, test } from 'vitest';
import { betaQuantile } from './beta-quantile.ts';
import { equalTailedInterval, highestDensityInterval } from './credible-interval.ts';
import { logIncompleteBeta } from './incomplete-beta.ts';

const size = fc.double({ min: -1, max: 6, noNaN: true }).map((exponent) => 10 ** exponent);
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });

test('the distribution function at the quantile is the probability', () => {
  fc.assert(
    fc.property(share, size, size, (p, alpha, beta) => {
      const x = betaQuantile(p, { alpha, beta });
      if (x <= 0 || x >= 1) return; // rounded to the bound: the true quantile is closer to it than a double can say
      const atX = Math.exp(logIncompleteBeta(x, alpha, beta).lower);
      // One unit in the last place of x moves the probability by this much.
      const density = Math.abs(Math.exp(logIncompleteBeta(x * (1 - 1e-15), alpha, beta).lower) - atX);
      expect(Math.abs(atX - p)).toBeLessThan(1e-9 + 100 * density);
    }),
    { seed: 6, numRuns: 300 },
  );
});

test('a uniform distribution has its own quantiles, and the bounds are refused', () => {
  for (const p of [1e-9, 0.025, 0.5, 0.975])
    expect(betaQuantile(p, { alpha: 1, beta: 1 })).toBeCloseTo(p, 14);
  for (const p of [0, 1, -1, Number.NaN])
    expect(() => betaQuantile(p, { alpha: 1, beta: 1 })).toThrow(RangeError);
});

test('the densest interval holds the mass, is no longer than the equal-tailed one, and its ends are as dense', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1.5, max: 400, noNaN: true }),
      fc.double({ min: 1.5, max: 400, noNaN: true }),
      (alpha, beta) => {
        const shape = { alpha, beta };
        const [low, high] = highestDensityInterval(shape)!;
        const mass =
          Math.exp(logIncompleteBeta(high, alpha, beta).lower) -
          Math.exp(logIncompleteBeta(low, alpha, beta).lower);
        expect(mass).toBeCloseTo(0.95, 8);
        const tailed = equalTailedInterval(shape);
        expect(high - low).toBeLessThanOrEqual(tailed[1] - tailed[0] + 1e-9);
        const density = (x: number) => (alpha - 1) * Math.log(x) + (beta - 1) * Math.log1p(-x);
        expect(density(high)).toBeCloseTo(density(low), 6);
      },
    ),
    { seed: 7, numRuns: 60 },
  );
});

test('a monotone density starts or ends at its bound, and one with two peaks has no such interval', () => {
  expect(highestDensityInterval({ alpha: 1, beta: 99 })![0]).toBe(0);
  expect(highestDensityInterval({ alpha: 99, beta: 0.5 })![1]).toBe(1);
  expect(highestDensityInterval({ alpha: 0.5, beta: 0.5 })).toBeNull();
});
