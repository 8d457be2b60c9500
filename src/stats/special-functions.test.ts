import { expect, test } from 'vitest';
import { logBinomialMass } from './binomial-mass.ts';
import { logIncompleteBeta } from './incomplete-beta.ts';
import { logBeta } from './log-beta.ts';
import { logGamma } from './log-gamma.ts';

// Expected values: mpmath with 40 digits or more.
const near = (actual: number, expected: number, tolerance = 4e-15) =>
  expect(Math.abs(actual - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(tolerance);

test.each([
  [1e-10, 23.025850929882736],
  [0.1, 2.252712651734206],
  [0.5, 0.5723649429247001],
  [1.5, -0.12078223763524522],
  [3, Math.LN2],
  [11.99, 17.477885575426185],
  [12.01, 17.526738806509965],
  [100.5, 361.4355404677776],
  [1e6, 12815504.569147613],
  [1e12, 26631021115915.652],
])('logGamma(%d)', (x, expected) => near(logGamma(x), expected));

test('logGamma is exact at 1 and 2 and refuses what it has no value for', () => {
  expect([logGamma(1), logGamma(2)]).toEqual([0, 0]);
  for (const x of [0, -1, Number.NaN]) expect(() => logGamma(x)).toThrow(RangeError);
});

test.each([
  [0.5, 0.5, 1.1447298858494002],
  [1, 1e8, -18.420680743952364],
  [1e8, 1, -18.420680743952364],
  [2.5, 7.25, -4.905336618839304],
  [1e6, 1e6, -1386300.0033629211],
  [0.001, 5, 6.905672657062075],
  [3e5, 12, -133.83636519497512],
])('logBeta(%d, %d)', (a, b, expected) => near(logBeta(a, b), expected));

test('binomial masses sum to one, ends included', () => {
  for (const p of [0.5, 0.013]) {
    let sum = 0;
    for (let k = 0; k <= 300; k++) sum += Math.exp(logBinomialMass(k, 300 - k, p));
    near(sum, 1, 1e-13);
  }
});

test.each([
  [0.5, 2, 3, -0.3746934494414107, -1.1631508098056809],
  [0.1, 0.5, 0.5, -1.5855614147303534, -0.22920282758111515],
  [0.999, 50, 2, -0.001234852509744674, -6.697421104060933],
  [0.3, 3000, 7000, -0.6908283328939966, -0.6954714177803684],
  [0.31, 3000, 7000, -0.015056453011941778, -4.203467388950677],
  [0.5, 3000, 1000, -527.7658887629972, 0],
  [0.5, 1e5, 1e5, -Math.LN2, -Math.LN2],
  [0.001, 50, 2, -341.4569191894381, 0],
])('logIncompleteBeta(%d, %d, %d), both tails', (x, a, b, lower, upper) => {
  const tails = logIncompleteBeta(x, a, b);
  near(tails.lower, lower, 5e-13);
  near(tails.upper, upper, 5e-13);
});
