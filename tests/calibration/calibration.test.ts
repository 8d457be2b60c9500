import { expect, test } from 'vitest';
import { wilsonInterval } from '../../src/stats/wilson.ts';
import { alike, better, cutOff, discordant, fixedSize, harmful, harmless, worse } from './scenarios.ts';
import { simulateCanaries } from './simulate-canary.ts';
import { simulatePairs } from './simulate-pairs.ts';
import { simulateTests } from './simulate-test.ts';

// The short form of `npm run calibrate`: as many runs as take seconds. The bounds leave room for so few.
const seed = 20_261_121;
const runs = 100;
console.info(`calibration: seed ${seed}, ${runs} runs a scenario; npm run calibrate plays 20,000`);

test.each(alike)('alike arms are promoted in at most 5 %: rates $rates, share $share', (scenario) => {
  const { promoted } = simulateTests(scenario, runs, seed);
  // Not above 5 % with 97.5 % confidence.
  expect(wilsonInterval(promoted, runs)![0]).toBeLessThanOrEqual(0.05);
});

test('the naive rule, looked at as often, is wrong several times as often', () => {
  const even = alike.find(({ rates, share }) => rates[0] === 0.1 && share === 0.5)!;
  const { promotedNaively } = simulateTests(even, runs, seed);
  expect(promotedNaively / runs).toBeGreaterThan(0.15);
});

test('a worse challenger is never promoted', () => {
  expect(simulateTests(worse, runs, seed).promoted).toBe(0);
});

test('a better one is found with about as many units as a test of fixed size needs', () => {
  const { promoted, challengerUnits } = simulateTests(better, runs, seed);
  expect(promoted / runs).toBeGreaterThan(0.75);
  expect(challengerUnits / runs / fixedSize).toBeLessThan(1.2);
});

test('paired, at a discordance of 3 % against 1 %', () => {
  const { conclusive, samples } = simulatePairs(discordant, 300, seed);
  expect(conclusive).toBe(300);
  expect(samples / 300).toBeLessThan(1_150);
});

test.each(harmless)(
  'a canary like its baseline is rolled back in at most 5 %: errors $baselineErrorRate',
  (scenario) => {
    const { rolledBack, completed } = simulateCanaries(scenario, 25, seed);
    expect(wilsonInterval(rolledBack, 25)![0]).toBeLessThanOrEqual(0.05);
    expect(completed).toBeGreaterThan(20);
  },
);

test('five times the errors are found within 300 requests of the canary in the median', () => {
  const { rolledBack, requestsToRollback } = simulateCanaries(harmful, runs, seed);
  expect(rolledBack).toBe(runs);
  expect(requestsToRollback.toSorted((a, b) => a - b)[runs / 2]).toBeLessThanOrEqual(300);
});

test('a canary whose outcomes are cut off stays where it is', () => {
  expect(simulateCanaries(cutOff, 25, seed)).toMatchObject({ advancedBlind: 0, completed: 0 });
});
