import type { Lease, LeaseState, Slices } from '../../book/entities.ts';
import { giveBack, split, total } from '../../book/give-back.ts';
import { post } from '../../book/post.ts';
import type { TenantBook } from '../../book/tenant-book.ts';
import { unpin } from '../../book/unpin.ts';

/** Where an open lease's credits stand. */
function accountOf(lease: Lease): 'leased' | 'unresolved' {
  return lease.state === 'active' ? 'leased' : 'unresolved';
}

/** What is neither spent nor returned, in burn order. */
function restOf(lease: Lease): Slices {
  return split(lease.slices, lease.spent)[1];
}

/** Settles what was spent, if it is more than is known already: settlements come late and twice. */
export function spendUpTo(book: TenantBook, lease: Lease, cumulativeSpent: number): void {
  const amount = cumulativeSpent - lease.spent;
  if (amount <= 0) return;
  const [slices] = split(restOf(lease), amount);
  const from = accountOf(lease);
  if (from === 'leased') unpin(book, slices, 'leased');
  post(book, {
    type: from === 'leased' ? 'lease_spent' : 'lease_burned',
    from,
    to: 'spent',
    amount,
    slices,
    effectiveAtMs: book.nowMs,
    subjectId: lease.leaseId,
  });
  lease.spent = cumulativeSpent;
  book.touchLease(lease);
}

/** Ends the lease and gives the rest back to the grants it came from. */
export function returnRest(book: TenantBook, lease: Lease, state: LeaseState): void {
  const rest = restOf(lease);
  const from = accountOf(lease);
  end(book, lease, state);
  if (rest.grantIds.length === 0) return;
  const type = from === 'leased' ? 'lease_returned' : 'lease_restored';
  giveBack(book, rest, { type, from, subjectId: lease.leaseId, effectiveAtMs: book.nowMs });
  lease.returned = total(rest);
}

/** leased → unresolved: nobody knows how much of the rest was spent. */
export function loseRest(book: TenantBook, lease: Lease): void {
  const slices = restOf(lease);
  end(book, lease, 'unresolved');
  const amount = total(slices);
  if (amount === 0) return;
  unpin(book, slices, 'leased');
  post(book, {
    type: 'lease_lost',
    from: 'leased',
    to: 'unresolved',
    amount,
    slices,
    effectiveAtMs: book.nowMs,
    subjectId: lease.leaseId,
  });
}

function end(book: TenantBook, lease: Lease, state: LeaseState): void {
  lease.state = state;
  lease.endedAtMs = book.nowMs;
  book.touchLease(lease);
}
