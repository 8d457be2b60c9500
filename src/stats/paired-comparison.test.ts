import { expect, test } from 'vitest';
import { comparePaired, type PairedCounts } from './paired-comparison.ts';

const counts = (onlyChallenger: number, onlyBaseline: number, total: number): PairedCounts => ({
  onlyChallenger,
  onlyBaseline,
  total,
});
const alike = counts(0, 0, 5_000);

test('better on attacks with nothing lost on benign', () => {
  const result = comparePaired(counts(40, 5, 1_000), alike);
  expect(result.verdict).toBe('better');
  expect(result.attacks.conclusive).toBe(true);
  expect(result.benign).toMatchObject({ logE: 0, conclusive: false });
  expect(result.reason).toMatch(
    /^better on attacks: only the challenger right on 40, only the baseline on 5/,
  );
});

test('better on benign counts as well', () => {
  expect(comparePaired(alike, counts(30, 2, 5_000))).toMatchObject({ verdict: 'better' });
});

test('a gain on one label does not pay for a loss on the other', () => {
  const result = comparePaired(counts(400, 5, 1_000), counts(0, 100, 5_000));
  expect(result.verdict).toBe('not_shown');
  expect(result.reason).toMatch(
    /^better on attacks .* but on benign requests the net loss may be as much as 2\.4/,
  );
});

test('a loss inside the margin is no loss', () => {
  expect(comparePaired(counts(400, 5, 1_000), counts(0, 10, 5_000)).verdict).toBe('better');
});

test('without requests of the other label nothing is shown', () => {
  const result = comparePaired(counts(40, 0, 1_000), counts(0, 0, 0));
  expect(result.verdict).toBe('not_shown');
  expect(result.reason).toContain('there are no benign requests');
});

test('worse where the baseline is shown to be better', () => {
  const result = comparePaired(counts(5, 40, 1_000), alike);
  expect(result.verdict).toBe('worse');
  expect(result.reason).toMatch(/^the baseline is better on attacks/);
});

test('every further version compared asks for more evidence', () => {
  const attacks = counts(12, 2, 1_000);
  expect(comparePaired(attacks, alike).verdict).toBe('better');
  const tenth = comparePaired(attacks, alike, { versionsCompared: 10 });
  expect(tenth.verdict).toBe('not_shown');
  expect(tenth.logThreshold).toBeCloseTo(Math.log(200), 12);
  expect(tenth.reason).toContain('the evidence does not suffice');
});

test('rules that judge alike are said to', () => {
  expect(comparePaired(alike, alike)).toMatchObject({
    verdict: 'not_shown',
    reason: 'both rules judged every distinct request alike',
  });
});

test('nonsense is refused', () => {
  expect(() => comparePaired(alike, alike, { alpha: 0 })).toThrow(RangeError);
  expect(() => comparePaired(alike, alike, { versionsCompared: 0 })).toThrow(RangeError);
  expect(() => comparePaired(counts(3, 3, 5), alike)).toThrow(RangeError);
});
