import { expect, test } from 'vitest';
import { ExpiringLru } from './expiring-lru.ts';

test('forgets entries when they are old', () => {
  let now = 0;
  const cache = new ExpiringLru<number>(10, 100, () => now);
  cache.set('a', 1);
  now = 99;
  expect(cache.get('a')).toBe(1);
  now = 100;
  expect(cache.get('a')).toBeUndefined();
  expect(cache.size).toBe(0);
});

test('forgets the least recently used when there are too many', () => {
  const cache = new ExpiringLru<number>(2, 100, () => 0);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
});
