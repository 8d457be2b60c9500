import { expect, test } from 'vitest';
import { hasToken, KeyedBuckets, refill } from './token-bucket.ts';

test('a bucket fills at its rate, in proportion to the time passed, up to its capacity', () => {
  const limit = { capacity: 10, refillPerSecond: 2.5 };
  expect(refill(1, 1_000, limit)).toBe(3.5);
  expect(refill(1, 1, limit)).toBe(1.0025);
  expect(refill(1, 3_600_000, limit)).toBe(10);
});

test('a token short by a billionth is a token', () => {
  expect(hasToken(1)).toBe(true);
  expect(hasToken(1 - 1e-9)).toBe(true);
  expect(hasToken(1 - 2e-9)).toBe(false);
  // Ten refills of a tenth.
  let tokens = 0;
  for (let k = 0; k < 10; k++) tokens = refill(tokens, 100, { capacity: 5, refillPerSecond: 1 });
  expect(tokens).toBeLessThan(1);
  expect(hasToken(tokens)).toBe(true);
});

test('a key starts full, what is over the limit matches, and keys do not share', () => {
  const buckets = new KeyedBuckets({ capacity: 2, refillPerSecond: 1 });
  expect([0, 0, 0, 999, 1_000, 1_001].map((t_ms) => buckets.isLimited('a', t_ms))).toEqual([
    false,
    false,
    true,
    true,
    false,
    true,
  ]);
  expect(buckets.isLimited('b', 1_001)).toBe(false);
});

test('a refused sample takes nothing, so a bucket that refills recovers under constant load', () => {
  const buckets = new KeyedBuckets({ capacity: 1, refillPerSecond: 1 });
  const limited = Array.from({ length: 100 }, (_, k) => buckets.isLimited('a', k * 100));
  expect(limited.filter((answer) => !answer)).toHaveLength(10);
});

test('more keys than the first arrays hold', () => {
  const buckets = new KeyedBuckets({ capacity: 1, refillPerSecond: 0 });
  for (let k = 0; k < 5_000; k++) expect(buckets.isLimited(`key ${k}`, k)).toBe(false);
  for (let k = 0; k < 5_000; k++) expect(buckets.isLimited(`key ${k}`, 9_999)).toBe(true);
  expect(buckets.size).toBe(5_000);
});
