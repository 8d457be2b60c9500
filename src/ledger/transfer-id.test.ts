import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTransferId, encodeTransferId } from './transfer-id.ts';

test('an id leads back to its place, and is a UUID of version 7', () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 44),
      fc.maxSafeNat().map((n) => 1 + (n % (2 ** 44 - 1))),
      (recordedAtMs, number) => {
        const id = encodeTransferId({ recordedAtMs, number });
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(decodeTransferId(id)).toEqual({ recordedAtMs, number });
      },
    ),
  );
});

test('ids of the same place differ between tenants', () => {
  const place = { recordedAtMs: 1_763_712_000_123, number: 1 };
  expect(new Set(Array.from({ length: 1_000 }, () => encodeTransferId(place))).size).toBe(1_000);
});

test('what is no id of a transfer leads nowhere', () => {
  for (const text of [
    '',
    'tx_1',
    '00000000-0000-4000-8000-000000000000',
    "'; DROP TABLE credits.transfers; --",
  ]) {
    expect(decodeTransferId(text)).toBeNull();
  }
});
