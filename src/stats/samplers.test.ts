import { expect, test } from 'vitest';
import { betaSampler, gammaSampler } from './beta-sampler.ts';
import type { BetaShape } from './beta-shape.ts';
import { compareBetas } from './compare-betas.ts';
import { logIncompleteBeta } from './incomplete-beta.ts';
import { drawArms, summariseArms } from './monte-carlo.ts';
import { WordStream } from './word-stream.ts';
import { drawNormal } from './ziggurat.ts';

const seed = 20_261_121;
console.info(`samplers: seed ${seed}`);
const draws = 400_000;

const simulateArms = (shapes: BetaShape[], count: number, from: number) =>
  summariseArms(shapes, [drawArms(shapes, count, from)]);

function moments(draw: () => number): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < draws; i++) {
    const x = draw();
    sum += x;
    squares += x * x;
  }
  const mean = sum / draws;
  return { mean, variance: squares / draws - mean * mean };
}

// Five standard errors throughout; the seeds are fixed, so none of this flickers.
const error = (variance: number) => 5 * Math.sqrt(variance / draws);

test('normal draws: mean, variance, and the tail beyond the ziggurat’s base', () => {
  const words = new WordStream(seed);
  let beyond = 0;
  const { mean, variance } = moments(() => {
    const x = drawNormal(words);
    if (Math.abs(x) > 3.5) beyond++;
    return x;
  });
  expect(Math.abs(mean)).toBeLessThan(error(1));
  expect(Math.abs(variance - 1)).toBeLessThan(error(2));
  const expected = 4.652582e-4;
  expect(Math.abs(beyond / draws - expected)).toBeLessThan(error(expected));
});

test.each([0.05, 0.5, 1, 2.5, 400])('gamma draws of shape %d', (shape) => {
  const words = new WordStream(seed);
  const draw = gammaSampler(shape);
  const { mean, variance } = moments(() => draw(words));
  expect(Math.abs(mean - shape)).toBeLessThan(error(shape));
  // The variance of the variance: fourth central moment 3a² + 6a less the square of the second.
  expect(Math.abs(variance - shape)).toBeLessThan(error(2 * shape * shape + 6 * shape));
  expect(() => gammaSampler(0)).toThrow(RangeError);
});

test.each([
  [0.01, 0.02],
  [0.5, 0.5],
  [2, 5],
  [300, 2_700],
])('beta draws follow their distribution function: Beta(%d, %d)', (alpha, beta) => {
  const words = new WordStream(seed);
  const draw = betaSampler({ alpha, beta });
  const points = [0.001, 0.1, 0.3, 0.7, 0.999];
  const below = points.map(() => 0);
  let outside = 0;
  for (let i = 0; i < draws; i++) {
    const x = draw(words);
    if (!(x >= 0 && x <= 1)) outside++;
    for (let k = 0; k < points.length; k++) if (x <= points[k]!) below[k]!++;
  }
  expect(outside).toBe(0);
  for (const [k, point] of points.entries()) {
    const p = Math.exp(logIncompleteBeta(point, alpha, beta).lower);
    expect(Math.abs(below[k]! / draws - p)).toBeLessThan(error(p * (1 - p)) + 1e-9);
  }
});

test('simulated arms agree with the exact answers, and a seed decides them', () => {
  const a = { alpha: 101, beta: 901 };
  const b = { alpha: 121, beta: 881 };
  const exact = compareBetas(a, b);
  const [first, second] = simulateArms([a, b], 200_000, seed);
  expect(Math.abs(second!.probabilityBest - exact.pBGtA)).toBeLessThan(0.005);
  expect(first!.probabilityBest + second!.probabilityBest).toBeCloseTo(1, 12);
  expect(first!.expectedLoss).toBeCloseTo(exact.lossChooseA, 3);
  expect(second!.expectedLoss).toBeCloseTo(exact.lossChooseB, 4);
  expect(simulateArms([a, b], 1_000, 7)).toEqual(simulateArms([a, b], 1_000, 7));
  expect(simulateArms([a, b], 1_000, 7)).not.toEqual(simulateArms([a, b], 1_000, 8));
  const alike = simulateArms([a, a, a, a], 40_000, seed);
  for (const { probabilityBest } of alike) expect(Math.abs(probabilityBest - 0.25)).toBeLessThan(0.011);
});
