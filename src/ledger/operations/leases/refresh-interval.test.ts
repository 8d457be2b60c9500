import { expect, test } from 'vitest';
import { refreshInterval } from './refresh-interval.ts';

test.each([
  ['a third of the ttl, where there is plenty', 30_000, { available: 4_000, leased: 500 }, 10_000],
  ['less as the tenant runs dry', 30_000, { available: 500, leased: 500 }, 1_250],
  ['and when next to nothing is left, leased or not', 30_000, { available: 20, leased: 2 }, 250],
  ['five times a second when nothing is left', 30_000, { available: 0, leased: 500 }, 200],
  ['never longer than a third of the ttl', 300, { available: 0, leased: 500 }, 100],
])('%s', (_, ttlMs, funds, intervalMs) => {
  expect(refreshInterval(ttlMs, funds)).toBe(intervalMs);
});
