import { expect, test } from 'vitest';
import { thompsonShare, topTwo, ucb1 } from './bandits.ts';
import { betaSampler } from './beta-sampler.ts';
import { WordStream } from './word-stream.ts';
import { Xoshiro128 } from './xoshiro128.ts';

const seed = 20_261_121;

test('Thompson draws an arm as often as it is the better one, within the floor', () => {
  const even = { alpha: 5, beta: 5 };
  expect(thompsonShare(even, even, 0.05)).toBeCloseTo(0.5, 12);
  expect(thompsonShare({ alpha: 1, beta: 99 }, { alpha: 90, beta: 10 }, 0.05)).toBe(0.95);
  expect(thompsonShare({ alpha: 90, beta: 10 }, { alpha: 1, beta: 99 }, 0.05)).toBe(0.05);
});

test('UCB1 tries every arm first, then the best bound, and comes to prefer the better arm', () => {
  expect(
    ucb1([
      { successes: 1, trials: 1 },
      { successes: 0, trials: 0 },
    ]),
  ).toBe(1);
  const rates = [0.2, 0.6];
  const rng = Xoshiro128.fromSeed(seed);
  const arms = rates.map(() => ({ successes: 0, trials: 0 }));
  for (let i = 0; i < 3_000; i++) {
    const arm = ucb1(arms);
    arms[arm]!.trials++;
    if (rng.float() < rates[arm]!) arms[arm]!.successes++;
  }
  expect(arms[1]!.trials).toBeGreaterThan(2_700);
});

test('top-two plays the best and its rival about equally, and ends when one is certain', () => {
  const words = new WordStream(seed);
  const rng = Xoshiro128.fromSeed(seed);
  const samplers = [
    { alpha: 10, beta: 90 },
    { alpha: 30, beta: 70 },
    { alpha: 40, beta: 60 },
  ].map(betaSampler);
  const plays = [0, 0, 0];
  for (let i = 0; i < 2_000; i++) plays[topTwo(() => samplers.map((draw) => draw(words)), rng)]!++;
  expect(plays[0]!).toBeLessThan(20);
  expect(plays[2]!).toBeGreaterThan(800);
  expect(plays[1]!).toBeGreaterThan(700);
  const certain = [0, 1].map(() => topTwo(() => [0.1, 0.9], rng, 0));
  expect(certain).toEqual([0, 0]);
});
