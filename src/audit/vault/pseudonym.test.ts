import { createSecretKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPseudonym } from './pseudonym.ts';

const pseudonym = createPseudonym(createSecretKey(Buffer.alloc(32, 7)));

test('what holds nothing sensitive stands for itself', () => {
  for (const text of ['user-17', '1767225600123', 'a b c', '019c12c4-0e7b-7c3e-9d44-5b1f0a6c2e11'])
    expect(pseudonym(text)).toBe(text);
});

test('card numbers and tokens are told apart, the same in every process, and not shown', () => {
  const [one, other] = ['4111111111111111', '5105105105101111'].map(pseudonym);
  expect(one).toMatch(/^\*{4}-\*{4}-\*{4}-1111#[\w-]{16}$/);
  expect(one).not.toBe(other);
  expect(createPseudonym(createSecretKey(Buffer.alloc(32, 7)))('4111111111111111')).toBe(one);
  expect(createPseudonym(createSecretKey(Buffer.alloc(32, 8)))('4111111111111111')).not.toBe(one);
  expect(pseudonym('user tok_secret_1234')).toMatch(/^user \*{4}1234#/);
});

test('without a secret nothing is left from which to find the text by trying', () => {
  expect(createPseudonym(undefined)('4111111111111111')).toBe('****-****-****-1111');
});
