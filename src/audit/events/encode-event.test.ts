import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText, encodeEvent } from './encode-event.ts';
import type { MoneyEvent } from './event.ts';

const credits = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const balances = fc.record({
  available: credits,
  expired: credits,
  held: credits,
  leased: credits,
  spent: credits,
  unresolved: credits,
});
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const moneyEvent: fc.Arbitrary<MoneyEvent> = fc.record(
  {
    action: fc.constantFrom('credits.consume', 'credits.refund'),
    actor: text,
    after: balances,
    amount: credits,
    at: fc.constant('2026-01-31T09:00:00.000Z'),
    before: balances,
    code: text,
    event_id: fc.uuid(),
    grants: fc.array(fc.record({ grant_id: fc.uuid(), amount: credits }), { maxLength: 4 }),
    hold_id: fc.uuid(),
    lease_id: fc.uuid(),
    payment: fc.record({ payment_id: fc.uuid(), token_sealed: fc.base64String() }),
    reference: text,
    refund_of: fc.uuid(),
    success: fc.boolean(),
    tenant_id: text,
    transaction_id: fc.uuid(),
  },
  {
    requiredKeys: ['action', 'actor', 'after', 'amount', 'at', 'before', 'event_id', 'success', 'tenant_id'],
  },
) as fc.Arbitrary<MoneyEvent>;

test('an event of money is what RFC 8785 makes of it, whatever its texts hold', () => {
  fc.assert(
    fc.property(moneyEvent, (event) => {
      expect(canonicalText(event)).toBe(canonicalize(event));
    }),
    { seed: 4, numRuns: 500 },
  );
});

test('an amount that is no exact integer is not encoded', () => {
  const accounts = { available: 0, expired: 0, held: 0, leased: 0, spent: 0, unresolved: 0 };
  const event: MoneyEvent = {
    action: 'credits.consume',
    actor: 'key',
    after: accounts,
    amount: 2 ** 53,
    at: '2026-01-31T09:00:00.000Z',
    before: accounts,
    event_id: '01a1fc83-7fca-729a-8b19-16ffd365a478',
    success: true,
    tenant_id: 't',
  };
  expect(() => encodeEvent(event)).toThrow(RangeError);
});

test('other events are sorted at every depth', () => {
  const bytes = encodeEvent({
    event_id: 'e',
    tenant_id: '*',
    at: '2026-01-31T09:00:00.000Z',
    actor: 'cli',
    success: true,
    action: 'key.created',
    details: { scopes: ['b', 'a'], key: { z: 1, a: null }, left_out: undefined },
  });
  expect(bytes.toString()).toBe(
    '{"action":"key.created","actor":"cli","at":"2026-01-31T09:00:00.000Z","details":{"key":{"a":null,"z":1},' +
      '"scopes":["b","a"]},"event_id":"e","success":true,"tenant_id":"*"}',
  );
});
