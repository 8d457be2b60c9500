import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskText } from './mask-text.ts';
import { cardNumber, digits, spellings } from './test-support/card-numbers.ts';

const seed = Math.floor(Math.random() * 2 ** 31);
console.info(`mask-text.test.ts: seed ${seed}`);

describe('masks, to the letter', () => {
  test.each([
    ['4532015112830366', '****-****-****-0366'],
    ['card 4532-1234-5678-9010', 'card ****-****-****-9010'], // mistyped, but called a card
    ['paid with 4111 1111 1111 1111, thanks', 'paid with ****-****-****-1111, thanks'],
    ['378282246310005 and 5555 5555 5555 4444', '****-****-****-0005 and ****-****-****-4444'],
    ['%B4111111111111111^DOE/JANE^2812', '%B****-****-****-1111^DOE/JANE^2812'],
    [';4111111111111111=2812101', ';****-****-****-1111=2812101'],
    ['0004111111111111111', '****-****-****-1111'],
    ['on 2026-11-21 4111-1111-1111-1111', 'on 2026-11-21 ****-****-****-1111'],
    ['charged tok_1MqLQk2eZvKYlo2C today', 'charged ****lo2C today'],
    [`used assay_${'0a'.repeat(6)}_${'1b'.repeat(24)}`, 'used ****1b1b'],
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer ****-123'],
  ])('%s', (text, masked) => expect(maskText(text)).toBe(masked));

  test.each([
    '',
    'order-2026-11-21-000123',
    '2026-11-21T06:24:20.541Z',
    '01a1fc4d-4b31-775f-b3d8-647730252d1a',
    '12345678-1234-4123-8123-123456789012',
    '5c4111111111111111aa0123456789abcdef0123',
    '192.168.100.200:8080',
    '37.1234567890127', // a latitude that passes for an American Express
    '+49 1512 3456789',
    '1,234,567,890,123',
    'a plain sentence about nothing',
    'user_id, customer_name and card_holder',
  ])('leaves %j', (text) => expect(maskText(text)).toBe(text));

  test('what was masked stays as it is', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789 -.c4x_'), maxLength: 60 });
    fc.assert(
      fc.property(text, (any) => {
        const once = maskText(any);
        expect(maskText(once)).toBe(once);
      }),
      { seed, numRuns: 5_000 },
    );
  });
});

describe('card numbers', () => {
  const surroundings = [
    ['', ''],
    ['paid with ', ', thanks'],
    ['pan=', '&amount=12'],
    ['no', 'ok'],
    ['{"n":"', '"}'],
    ['2026-11-21 06:24:20.123 ', ' done'],
  ] as const;

  test.each(Object.entries(spellings))(
    'of every scheme, %s, in any surroundings: none of 2,000 is missed',
    (_, spell) => {
      const sample = fc.tuple(cardNumber, fc.constantFrom(...surroundings));
      const missed = fc.sample(sample, { seed, numRuns: 2_000 }).filter(([number, [before, after]]) => {
        const masked = `${before}****-****-****-${number.slice(-4)}${after}`;
        return maskText(`${before}${spell(number)}${after}`) !== masked;
      });
      expect(missed).toEqual([]);
    },
  );

  test('several of them with what stands beside them on a card', () => {
    const text = fc.array(fc.tuple(cardNumber, fc.constantFrom(' 12/28 ', ' exp 1228, ', '; ')), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(text, (list) => {
        const masked = maskText(list.map((pair) => pair.join('')).join(''));
        for (const [number] of list) expect(masked.replace(/[^0-9]/g, '')).not.toContain(number.slice(0, 10));
      }),
      { seed, numRuns: 1_000 },
    );
  });
});

/** The figures of docs/explanation/payment-data.md. */
describe('numbers that are no card numbers', () => {
  const count = 20_000;
  const kinds: Record<string, { numbers: fc.Arbitrary<string>; masked: [least: number, most: number] }> = {
    'up to 11 digits': { numbers: fc.nat(10 ** 9).map((n) => String(n * 97)), masked: [0, 0] },
    'milliseconds since 1970': {
      numbers: fc.integer({ min: 1.6e12, max: 1.9e12 }).map(String),
      masked: [0, 0],
    },
    'microseconds since 1970': {
      numbers: fc.integer({ min: 1.6e15, max: 1.9e15 }).map(String),
      masked: [0, 0],
    },
    'date and a sequence of 6': { numbers: digits(6).map((n) => `20261121${n}`), masked: [0, 0] },
    'date, time and a sequence of 4': { numbers: digits(4).map((n) => `20261121062420${n}`), masked: [0, 0] },
    'of a marketplace, 3-7-7': {
      numbers: fc.tuple(digits(3), digits(7), digits(7)).map((parts) => parts.join('-')),
      masked: [0, 0],
    },
    '13 random digits': { numbers: digits(13), masked: [0.005, 0.02] },
    '16 random digits': { numbers: digits(16), masked: [0.015, 0.035] },
    '18 random digits': { numbers: digits(18), masked: [0.0, 0.015] },
  };

  test.each(Object.entries(kinds))('%s', (name, { numbers, masked: [least, most] }) => {
    const sample = fc.sample(numbers, { seed, numRuns: count });
    const rate = sample.filter((number) => maskText(number, 'reference') !== number).length / count;
    console.info(`masked, ${name}: ${(rate * 100).toFixed(2)} % in a text, 0 in a field of ids`);
    expect(rate).toBeGreaterThanOrEqual(least);
    expect(rate).toBeLessThanOrEqual(most);
    expect(sample.filter((number) => maskText(number, 'order_id') !== number)).toEqual([]);
  });

  test('in a field of ids a card needs its grouping, or to be called one', () => {
    expect(maskText('4111111111111111', 'orderId')).toBe('4111111111111111');
    expect(maskText('4111 1111 1111 1111', 'orderId')).toBe('****-****-****-1111');
    expect(maskText('visa 4111111111111111', 'orderId')).toBe('visa ****-****-****-1111');
    expect(maskText('4111111111111111', 'card_number')).toBe('****-****-****-1111');
    expect(maskText('4111111111111112', 'card_number')).toBe('****-****-****-1112');
  });
});

test.each([
  ['4 ', 'single digits'],
  ['4111 ', 'groups of four'],
  ['0 ', 'zeros'],
  ['٤ ', 'digits of another script'],
  ['pm_', 'what may begin a token'],
  ['-eyJ', 'what may begin a web token'],
  ['card 4111 1111 1111 1112 ', 'mistyped cards'],
])('64 KB of %j (%s) take no longer than their length asks for', (piece) => {
  const text = piece.repeat(65_536 / piece.length);
  const started = performance.now();
  maskText(text);
  // 5 to 60 ms on a busy core; what is quadratic takes minutes.
  expect(performance.now() - started).toBeLessThan(2_000);
});
