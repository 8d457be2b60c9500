import { expect, test } from 'vitest';
import { CallStats } from './call-stats.ts';

test('rates are those of the last minute, totals those of the process', () => {
  let now = 5_000_000;
  const stats = new CallStats(() => now);
  for (let i = 0; i < 90; i++) stats.count('success');
  for (let i = 0; i < 20; i++) stats.count('failure');
  for (let i = 0; i < 10; i++) stats.count('timeout');
  for (let i = 0; i < 40; i++) stats.count('rejected');
  expect(stats.rates()).toEqual({
    window_seconds: 60,
    calls_per_second: 2,
    failure_rate: 0.25,
    rejection_rate: 0.25,
  });
  now += 61_000;
  stats.count('success');
  expect(stats.rates()).toMatchObject({ calls_per_second: 1 / 60, failure_rate: 0, rejection_rate: 0 });
  expect(stats.totals).toEqual({ success: 91, failure: 20, timeout: 10, rejected: 40 });
});

test('a slice that comes round again starts from nothing', () => {
  let now = 0;
  const stats = new CallStats(() => now);
  stats.count('failure');
  now = 60_000;
  stats.count('success');
  expect(stats.rates()).toMatchObject({ calls_per_second: 1 / 60, failure_rate: 0 });
});
