import { expect, test } from 'vitest';
import type { Sample } from '../batch/sample.ts';
import { sample } from '../batch/test-support/samples.ts';
import { hashContent } from './content-hash.ts';

const blank = sample();

const hash = (given: Partial<Sample>): string => {
  const out = new Int32Array(2);
  hashContent({ ...blank, ...given }, out, 0);
  return `${out[0]}:${out[1]}`;
};

test('the same request with the same label has the same hash, whoever sent it in when', () => {
  const request: Partial<Sample> = { uri: '/a', payload: 'x', headers: [['host', 'h']], isAttack: true };
  expect(hash({ ...request, id: 'a', at: 5, attackType: 'sqli', metadata: '{}' })).toBe(hash(request));
});

test('everything that is part of the request or its label changes the hash', () => {
  const variants: Partial<Sample>[] = [
    {},
    { isAttack: true },
    { sourceIp: 'a' },
    { method: 'a' },
    { uri: 'a' },
    { userAgent: 'a' },
    { payload: 'a' },
    { payload: '' },
    { payload: 'aa' },
    { payload: 'a\u0000' },
    { uri: 'a', payload: 'b' },
    { uri: 'ab', payload: '' },
    { headers: [['a', 'b']] },
    { headers: [['ab', '']] },
    {
      headers: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
    {
      headers: [
        ['c', 'd'],
        ['a', 'b'],
      ],
    },
  ];
  expect(new Set(variants.map(hash)).size).toBe(variants.length);
});

test('half a million similar requests have as many hashes, and each half of the hash looks uniform', () => {
  const count = 500_000;
  const out = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) hashContent({ ...blank, payload: `id=${i}`, uri: '/search' }, out, i);
  const seen = new Set<bigint>();
  const [high, low] = [new Set<number>(), new Set<number>()];
  for (let i = 0; i < count; i++) {
    high.add(out[2 * i]!);
    low.add(out[2 * i + 1]!);
    seen.add((BigInt(out[2 * i]!) << 32n) | BigInt.asUintN(32, BigInt(out[2 * i + 1]!)));
  }
  expect(seen.size).toBe(count);
  // n²/2³³ = 29 collisions are expected of a uniform 32-bit value; 100 would be 13 standard deviations away.
  expect(count - high.size).toBeLessThan(100);
  expect(count - low.size).toBeLessThan(100);
});
