import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskJson } from './mask-json.ts';
import { cardNumber, spellings } from './test-support/card-numbers.ts';

const seed = Math.floor(Math.random() * 2 ** 31);
console.info(`mask-json.test.ts: seed ${seed}`);

test('card numbers at any depth, as texts, numbers and keys', () => {
  const value = {
    a: [{ b: ['x', { c: '4111 1111 1111 1111' }] }],
    n: 4111111111111111,
    '4111-1111-1111-1111': true,
  };
  expect(maskJson(value)).toEqual({
    a: [{ b: ['x', { c: '****-****-****-1111' }] }],
    n: '****-****-****-1111',
    '****-****-****-1111': true,
  });
});

test('what has nothing to mask is the same object, and what is masked leaves the input alone', () => {
  const plain = {
    order_id: '4111111111111111',
    items: [1, 2.5, null, true],
    note: 'hello',
    at: 1760000000000,
  };
  expect(maskJson(plain)).toBe(plain);
  const mixed = { plain, card: '4111111111111111' };
  const copy = structuredClone(mixed);
  const masked = maskJson(mixed) as typeof mixed;
  expect(masked.plain).toBe(plain);
  expect(mixed).toEqual(copy);
});

describe('what the name of a field says', () => {
  test.each([
    ['card_number', '4532-1234-5678-9010', '****-****-****-9010'],
    ['cardNumber', 4532123456789010, '****-****-****-9010'],
    ['Card-Numbers', ['4532123456789010'], ['****-****-****-9010']],
    ['cvv', '123', '***'],
    ['securityCode', 1234, '***'],
    ['expiry', '12/2027', '12/****'],
    ['cardExpiry', '0127', '01/****'],
    ['expiration', 'in two weeks', 'in two weeks'],
    ['cardholder_name', 'Jane Doe', 'J.D.'],
    ['name_on_card', 'JOHN Q PUBLIC', 'J.Q.P.'],
    ['last_name', 'Ångström', 'Å.'],
    ['payment_token', 'tok_visa_4242', '****4242'],
    ['accessToken', 'short', '****'],
    ['password', 'correct horse battery', '****tery'],
    ['client_ip', '203.0.113.77', '203.0.113.0/24'],
    ['clientIPv6', '2001:db8:1:2::5', '2001:db8:1::/48'],
    ['peer-address', '203.0.113.77', '203.0.113.0/24'],
    ['X-Forwarded-For', '203.0.113.77, 2001:db8:1:2::5,unknown', '203.0.113.0/24, 2001:db8:1::/48, unknown'],
    [
      'user_agent',
      'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
      'Firefox on Linux',
    ],
    ['order_id', '4111111111111111', '4111111111111111'],
    ['invoiceNumber', 4111111111111111, 4111111111111111],
    ['invoice_number', 'card 4111111111111111', 'card ****-****-****-1111'],
    ['name', 'Pro plan', 'Pro plan'],
    ['tokens_used', '1500', '1500'],
    ['shipping', 'by air', 'by air'],
  ])('%s: %j → %j', (name, value, masked) => expect(maskJson({ [name]: value })).toEqual({ [name]: masked }));
});

test('a card number planted anywhere is gone, and nothing else is', () => {
  const plain = fc.jsonValue({ maxDepth: 4 });
  const planted = fc.tuple(plain, cardNumber, fc.constantFrom(...Object.values(spellings)));
  fc.assert(
    fc.property(planted, ([value, number, spell]) => {
      const text = JSON.stringify(maskJson({ deep: [value, { note: `see ${spell(number)}.` }] }));
      expect(text).toContain(`"note":"see ****-****-****-${number.slice(-4)}."`);
    }),
    { seed, numRuns: 2_000 },
  );
});

test('a key named __proto__ stays a key', () => {
  const masked = maskJson(JSON.parse('{"__proto__":{"x":"4111111111111111"}}')) as object;
  expect(Object.getPrototypeOf(masked)).toBe(Object.prototype);
  expect(JSON.stringify(masked)).toBe('{"__proto__":{"x":"****-****-****-1111"}}');
});

test('a nesting that would exhaust the stack is refused', () => {
  const deep = JSON.parse(`${'['.repeat(8_000)}${']'.repeat(8_000)}`);
  expect(() => maskJson({ deep })).toThrow(/nested deeper than 100 levels/);
});
