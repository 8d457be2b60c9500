import { expect, test } from 'vitest';
import { LocalTier } from './local-tier.ts';

const balance = (version: number, text = `v${version}`) => ({ version, text });

test('an entry lives 30 s, 0.8 s while messages may be lost, and never past the next expiry', () => {
  const tier = new LocalTier();
  tier.put('long', balance(1), 1_000, Number.POSITIVE_INFINITY);
  tier.put('short', balance(1), 1_000, 1_500);
  expect(tier.get('long', 30_999, true)?.text).toBe('v1');
  expect(tier.get('long', 31_000, true)).toBeUndefined();
  expect(tier.get('long', 1_799, false)?.text).toBe('v1');
  expect(tier.get('long', 1_800, false)).toBeUndefined();
  expect(tier.get('short', 1_499, true)?.text).toBe('v1');
  expect(tier.get('short', 1_500, true)).toBeUndefined();
  expect(tier.get('short', 1_500, false)).toBeUndefined();
});

test('an older version replaces nothing; what is older than heard of is dropped', () => {
  const tier = new LocalTier();
  tier.put('t', balance(5), 0, 1_000);
  tier.put('t', balance(4), 0, 1_000);
  expect(tier.get('t', 0, true)?.version).toBe(5);
  tier.dropBelow('t', 5);
  expect(tier.get('t', 0, true)?.version).toBe(5);
  tier.dropBelow('t', 6);
  expect(tier.get('t', 0, true)).toBeUndefined();
});

test('10,000 entries at most, the least recently read leaving first', () => {
  const tier = new LocalTier();
  for (let i = 0; i < 10_000; i++) tier.put(`t${i}`, balance(1), 0, 1_000);
  tier.get('t0', 0, true);
  tier.put('more', balance(1), 0, 1_000);
  expect(tier.size).toBe(10_000);
  expect(tier.get('t0', 0, true)).toBeDefined();
  expect(tier.get('t1', 0, true)).toBeUndefined();
});

test('64 MiB of text at most, also after replacing and dropping', () => {
  const tier = new LocalTier();
  const large = 'x'.repeat(1_048_576);
  for (let i = 0; i < 100; i++) tier.put(`t${i}`, balance(1, large), 0, 1_000);
  expect(tier.size).toBe(64);
  for (let i = 0; i < 50; i++) tier.put('t99', balance(i + 2, large), 0, 1_000);
  expect(tier.size).toBe(64);
  tier.clear();
  for (let i = 0; i < 64; i++) tier.put(`u${i}`, balance(1, large), 0, 1_000);
  expect(tier.size).toBe(64);
});
