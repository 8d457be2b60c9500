import { expect, test } from 'vitest';
import { LocalBuckets } from './local-buckets.ts';

const size = { capacity: 3, refillPerSecond: 2 };

test('lets a burst through, then one request per refill', () => {
  let now = 0;
  const buckets = new LocalBuckets(() => now);
  expect([1, 2, 3].map(() => buckets.take('k', size).remaining)).toEqual([2, 1, 0]);
  expect(buckets.take('k', size)).toEqual({ allowed: false, remaining: 0, retryAfterMs: 500 });
  now = 499;
  expect(buckets.take('k', size).allowed).toBe(false);
  now = 500;
  expect(buckets.take('k', size).allowed).toBe(true);
  now = 60_000;
  expect(buckets.take('k', size).remaining).toBe(2);
});

test('keeps a bucket per id', () => {
  const buckets = new LocalBuckets(() => 0);
  buckets.take('a', size);
  expect(buckets.take('b', size).remaining).toBe(2);
});

test('grants nothing when the clock steps back', () => {
  let now = 10_000;
  const buckets = new LocalBuckets(() => now);
  for (let i = 0; i < 3; i++) buckets.take('k', size);
  now = 0;
  expect(buckets.take('k', size).allowed).toBe(false);
});
