import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logPairedEValue } from './paired-e-value.ts';
import { Xoshiro128 } from './xoshiro128.ts';

const vectors = new URL('../../../shared/vectors/stats/paired-e-value.json', import.meta.url);
if (!existsSync(vectors)) console.warn(`skipped: the shared vectors are not at ${vectors.pathname}`);

test.skipIf(!existsSync(vectors))('the shared vectors, to 1e-12 relative', () => {
  const cases = JSON.parse(readFileSync(vectors, 'utf8')) as {
    only_challenger: number;
    only_champion: number;
    log_e: number;
  }[];
  expect(cases.length).toBeGreaterThan(0);
  for (const { only_challenger, only_champion, log_e } of cases) {
    const error = Math.abs(logPairedEValue(only_challenger, only_champion) - log_e);
    expect(error, `${only_challenger}, ${only_champion}`).toBeLessThanOrEqual(1e-12 * Math.abs(log_e));
  }
});

// mpmath, 40 digits.
test.each([
  [1_000_000, 1_000_000, -7.028537891617257],
  [1_000_100, 999_900, -6.911961525219968],
  [999_900, 1_000_100, -7.137842833730521],
  [1_001_000, 1_000_000, -6.359946035989806],
  [2_000, 1_000_000, -13.813509561313134],
  [1_000_000, 2_000, 680093.8541262728],
  [0, 1_000_000, -13.815511557963774],
  [1_000_000, 0, 693134.0581955679],
])('large counts: b = %d, c = %d', (b, c, expected) => {
  expect(Math.abs(logPairedEValue(b, c) / expected - 1)).toBeLessThan(1e-12);
});

test('no discordant pair is no evidence, and one is worth what the integral says', () => {
  expect(logPairedEValue(0, 0)).toBeCloseTo(0, 15);
  expect(logPairedEValue(1, 0)).toBeCloseTo(Math.log(1.5), 14);
  expect(logPairedEValue(0, 1)).toBeCloseTo(Math.log(0.5), 14);
});

test('the next pair is a fair bet: e(b, c) is the mean of e(b + 1, c) and e(b, c + 1)', () => {
  for (const [b, c] of [
    [0, 0],
    [3, 9],
    [40, 12],
    [500, 480],
    [20_000, 20_300],
  ] as const) {
    const here = logPairedEValue(b, c);
    const won = Math.exp(logPairedEValue(b + 1, c) - here);
    const lost = Math.exp(logPairedEValue(b, c + 1) - here);
    expect((won + lost) / 2).toBeCloseTo(1, 11);
  }
});

test('looked at after every pair, rules that are alike reach 20 in at most 5 % of runs', () => {
  const rng = Xoshiro128.fromSeed(20_260_101);
  const runs = 1_000;
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    let [b, c] = [0, 0];
    for (let pair = 0; pair < 300; pair++) {
      if (rng.below(2) === 1) b++;
      else c++;
      if (logPairedEValue(b, c) >= Math.log(20)) {
        alarms++;
        break;
      }
    }
  }
  expect(alarms / runs).toBeLessThanOrEqual(0.05);
});

test('what is not a count is refused', () => {
  for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => logPairedEValue(bad, 0)).toThrow(RangeError);
    expect(() => logPairedEValue(0, bad)).toThrow(RangeError);
  }
});
