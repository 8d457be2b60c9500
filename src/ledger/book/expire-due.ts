import type { Grant, Hold } from './entities.ts';
import { giveBack } from './give-back.ts';
import { post } from './post.ts';
import type { TenantBook } from './tenant-book.ts';

/**
 * Posts every expiry that is due, in the order in which they became true, each dated when it was due. All due grants and
 * holds must be loaded, and the grants the holds return to.
 *
 * @param storedNextMs the earliest expiry after the book's time of what is stored; Infinity where there is none.
 */
export function expireDue(book: TenantBook, storedNextMs: number): void {
  const { nowMs } = book;
  const dueHolds = [...book.holds.values()]
    .filter((hold) => hold.state === 'pending' && hold.expiresAtMs <= nowMs)
    .sort((a, b) => a.expiresAtMs - b.expiresAtMs);
  for (const hold of dueHolds) {
    // What expires up to the hold's own moment goes first; a slice of such a grant is late when it comes back.
    expireGrants(book, hold.expiresAtMs);
    expireHold(book, hold);
  }
  expireGrants(book, nowMs);
  book.nextDueAtMs = storedNextMs;
  // A grant that was held whole is not among what is stored as spendable, and may have come back.
  for (const grant of book.spendable) book.expectExpiry(grant.expiresAtMs);
}

function expireGrants(book: TenantBook, untilMs: number): void {
  const due = book.spendable
    .filter((grant) => grant.expiresAtMs <= untilMs)
    .sort((a, b) => a.expiresAtMs - b.expiresAtMs || a.number - b.number);
  for (const grant of due) expireGrant(book, grant);
}

function expireGrant(book: TenantBook, grant: Grant): void {
  const amount = grant.available;
  grant.available = 0;
  book.touchGrant(grant, true);
  const slices = { grantIds: [grant.grantId], amounts: [amount] };
  post(book, {
    type: 'expired',
    from: 'available',
    to: 'expired',
    amount,
    slices,
    effectiveAtMs: grant.expiresAtMs,
  });
}

function expireHold(book: TenantBook, hold: Hold): void {
  book.endHold(hold, 'expired', hold.expiresAtMs);
  const why = {
    type: 'hold_expired',
    from: 'held',
    subjectId: hold.holdId,
    effectiveAtMs: hold.expiresAtMs,
  } as const;
  giveBack(book, hold.slices, why);
}
