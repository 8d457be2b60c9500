import { expect, test } from 'vitest';
import { checkingEffort } from './checking-effort.ts';

const signature = (...patterns: unknown[]) => ({ type: 'signature', patterns });
const or = (...rules: unknown[]) => ({ type: 'composite', op: 'or', rules });

test('grows with the text of all patterns, wherever they stand', () => {
  expect(checkingEffort({ type: 'signature', pattern: "' OR '1'='1" })).toBeLessThan(100);
  const text = 'x'.repeat(5_000);
  const inside = {
    type: 'anomaly',
    threshold: 1,
    scores: [{ rule: or(signature({ literal: text })), score: 1 }],
  };
  for (const rule of [signature(text), signature({ regex: text }), { pattern: text }, inside]) {
    expect(checkingEffort(rule)).toBeGreaterThan(5_000);
  }
});

test.each([
  ['a counted repetition', { regex: 'a{60000}' }],
  ['a repetition up to a count', { regex: 'a{,3}b{1,9999}' }],
  ['repetitions in one another', { regex: '(?:(?:(?:a{9}){9}){9}){9,}' }],
  ['a class of Unicode', { regex: '\\p{L}', flags: 'iu' }],
])('sees what is large though it is short: %s', (_, pattern) => {
  expect(checkingEffort(signature(pattern))).toBeGreaterThan(2_000);
});

test('takes whatever a caller sends', () => {
  let deep: unknown = {};
  for (let n = 0; n < 100_000; n++) deep = or(deep);
  for (const input of [null, 1, 'x', [], deep, { patterns: 1, rules: [null, 3], scores: [null, 1, {}] }]) {
    expect(checkingEffort(input)).toBeLessThan(500);
  }
});
