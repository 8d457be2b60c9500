import { expect, test } from 'vitest';
import { leaseSize } from './lease-size.ts';

test.each([
  ['what is wanted, where there is plenty', { want: 100, min: 1, available: 10_000, holders: 3 }, 100],
  ['a share of half of what is left', { want: 100, min: 1, available: 60, holders: 3 }, 10],
  ['a single credit at the end', { want: 100, min: 1, available: 3, holders: 20 }, 1],
  ['at least what is of use', { want: 100, min: 30, available: 40, holders: 2 }, 30],
])('%s', (_, sizing, size) => {
  expect(leaseSize(sizing)).toBe(size);
});
