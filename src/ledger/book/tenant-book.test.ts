import { expect, test } from 'vitest';
import { burn, canBurn } from './burn.ts';
import type { Grant } from './entities.ts';
import { expireDue } from './expire-due.ts';
import { giveBack } from './give-back.ts';
import { saveBook } from './save-book.ts';
import { balancesOf, TenantBook } from './tenant-book.ts';

const nowMs = 1_000_000;

function grant(grantId: string, fields: Partial<Grant>): Grant {
  const amount = fields.available ?? 0;
  const none = { held: 0, leased: 0, priority: 0, expiresAtMs: Infinity, createdAtMs: 0 };
  return { grantId, number: 1, amount, available: amount, ...none, ...fields };
}

function bookWith(...grants: Grant[]): TenantBook {
  const sum = (name: 'available' | 'held') => grants.reduce((total, one) => total + one[name], 0);
  const book = new TenantBook(
    {
      tenantId: 't',
      available: sum('available'),
      held: sum('held'),
      leased: 0,
      spent: 0,
      expired: 0,
      unresolved: 0,
      version: grants.length,
      recordedAtMs: nowMs - 1,
      nextDueAtMs: Infinity,
      alertBelow: null,
      alertArmed: true,
    },
    nowMs,
  );
  for (const one of grants) book.addStoredGrant(one);
  book.frontier = 'all';
  return book;
}

test('grants burn by priority, then earliest expiry, then age', () => {
  const book = bookWith(
    grant('late', { available: 10, priority: 1, number: 1 }),
    grant('never', { available: 10, number: 2 }),
    grant('old', { available: 10, number: 3, expiresAtMs: nowMs + 9 }),
    grant('young', { available: 10, number: 4, expiresAtMs: nowMs + 9 }),
  );
  expect(burn(book, 35, 'spent')).toEqual({
    grantIds: ['old', 'young', 'never', 'late'],
    amounts: [10, 10, 10, 5],
  });
});

test('what stands behind grants that are not loaded is not burned', () => {
  const book = bookWith(
    grant('first', { available: 10, number: 1 }),
    grant('named', { available: 10, number: 9 }),
  );
  book.frontier = { priority: 0, expiresAtMs: Infinity, number: 5 };
  expect(canBurn(book, 10)).toBe(true);
  expect(canBurn(book, 11)).toBe(false);
});

test('a slice returns to its grant, or expires where the grant has', () => {
  const book = bookWith(
    grant('alive', { available: 5, held: 5, amount: 10 }),
    grant('expired', { available: 0, held: 3, amount: 3, number: 2, expiresAtMs: nowMs - 5 }),
  );
  const slices = { grantIds: ['alive', 'expired'], amounts: [5, 3] };
  giveBack(book, slices, { type: 'cancel', from: 'held', subjectId: 'hold', effectiveAtMs: nowMs });
  expect(balancesOf(book.account)).toMatchObject({ available: 10, held: 0, expired: 3 });
  expect(book.transfers.map(({ type, amount }) => [type, amount])).toEqual([
    ['cancel', 8],
    ['expired', 3],
  ]);
});

test('expiries are posted in the order in which they fell due, each dated when it did', () => {
  const book = bookWith(
    grant('first', { available: 4, number: 1, expiresAtMs: nowMs - 30 }),
    grant('held', { available: 0, held: 6, amount: 6, number: 2, expiresAtMs: nowMs - 10 }),
    grant('later', { available: 1, number: 3, expiresAtMs: nowMs + 50 }),
  );
  book.holds.set('h', {
    holdId: 'h',
    amount: 6,
    state: 'pending',
    expiresAtMs: nowMs - 20,
    slices: { grantIds: ['held'], amounts: [6] },
    createdAtMs: 0,
    endedAtMs: null,
  });
  book.effectiveAtMs = nowMs - 100;
  expireDue(book, Infinity);
  expect(
    book.transfers.map(({ type, amount, effectiveAtMs }) => [type, amount, effectiveAtMs - nowMs]),
  ).toEqual([
    ['expired', 4, -30],
    ['hold_expired', 6, -20],
    ['expired', 6, -10],
  ]);
  expect(book.nextDueAtMs).toBe(nowMs + 50);
});

test('a transfer is not dated before the one before it, whatever the clock did', () => {
  const book = bookWith(grant('g', { available: 4, expiresAtMs: nowMs - 30 }));
  expireDue(book, Infinity);
  expect(book.transfers[0]!.effectiveAtMs).toBe(nowMs - 1);
  const back = new TenantBook({ ...book.account, recordedAtMs: nowMs + 500 }, nowMs);
  expect(back.nowMs).toBe(nowMs + 500);
});

test('a saved book comes back as it was', () => {
  const book = bookWith(grant('a', { available: 10, number: 1 }), grant('b', { available: 10, number: 2 }));
  burn(book, 3, 'spent');
  const before = structuredClone([book.account, [...book.grants], book.spendable, [...book.changedGrants]]);
  const restore = saveBook(book);
  burn(book, 12, 'held');
  book.addNewGrant(grant('c', { available: 5, number: 3, priority: -1 }));
  restore();
  expect([book.account, [...book.grants], book.spendable, [...book.changedGrants]]).toEqual(before);
  expect(book.newGrants.size).toBe(0);
});
