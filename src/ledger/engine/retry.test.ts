import { expect, test } from 'vitest';
import { backoffMs, isWorthRetrying, retryPolicy } from './retry.ts';

test('waits grow from 10 ms to 2 s, a fifth more or less', () => {
  const middle = [1, 2, 3, 4].map((tries) => Math.round(backoffMs(tries, 0.5)));
  expect(middle).toEqual([10, 60, 360, 2_000]);
  expect(backoffMs(4, 0)).toBe(1_600);
  expect(backoffMs(4, 1)).toBe(2_400);
  expect(retryPolicy.tries).toBe(5);
});

test('deadlocks, serialization failures and lost connections are tried again; refusals are not', () => {
  const failure = (code: string) => Object.assign(new Error('x'), { code, severity: 'ERROR' });
  for (const code of ['40001', '40P01', '55P03', '57P01', '08006'])
    expect(isWorthRetrying(failure(code)), code).toBe(true);
  for (const code of ['23514', '22021', '42P01']) expect(isWorthRetrying(failure(code)), code).toBe(false);
  expect(isWorthRetrying(new Error('Connection terminated unexpectedly'))).toBe(true);
});
