import { createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFingerprint } from './fingerprint.ts';

const secret = createSecretKey(randomBytes(32));
const [keyed, same, other, none] = [
  createFingerprint(secret),
  createFingerprint(secret),
  createFingerprint(createSecretKey(randomBytes(32))),
  createFingerprint(undefined),
];
const card = (number: string) => JSON.stringify({ amount: 1, description: `card ${number}` });
const token = (text: string) => JSON.stringify({ amount: 1, payment_token: text });
const plain = JSON.stringify({ amount: 1, reference: 'order-17' });

test('bodies are told apart, in all processes with one secret', () => {
  for (const body of [plain, card('4111111111111111'), token('a"b')]) {
    expect(keyed(body)).toHaveLength(32);
    expect(keyed(body)).toEqual(same(body));
  }
  expect(keyed(card('4111111111111111'))).not.toEqual(keyed(card('4012888888881881')));
  expect(keyed(token('tok-1'))).not.toEqual(keyed(token('tok-2')));
});

test('what holds a card number or token needs the secret', () => {
  for (const body of [card('4111 1111 1111 1111'), token('short')]) {
    expect(keyed(body)).not.toEqual(other(body));
    expect(keyed(body)).not.toEqual(none(body));
  }
});

test('what holds neither is the same for processes however they are set up', () => {
  expect(keyed(plain)).toEqual(none(plain));
  expect(keyed(plain)).toEqual(other(plain));
});

test('without a secret, nothing of them is in the fingerprint', () => {
  expect(none(card('4111111111111111'))).toEqual(none(card('4111-1111-1111-1111')));
  expect(none(token('tok-1'))).toEqual(none(token('tok-2 "quoted" \\ ')));
  expect(none(token('tok-1'))).not.toEqual(none(plain));
});
