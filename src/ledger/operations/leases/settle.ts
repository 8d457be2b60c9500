import type { Lease } from '../../book/entities.ts';
import type { TenantBook } from '../../book/tenant-book.ts';
import type { Settle } from '../../operation.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { returnRest, spendUpTo } from './move-leased.ts';
import { refreshInterval } from './refresh-interval.ts';

/**
 * leased → spent, up to what the holder says it spent; `final` returns the rest. Settling renews the lease.
 *
 * A holder that was fenced, or given up for lost, may still tell what it spent: that is the evidence an unresolved lease waits
 * for. Of any other lease its word counts no more. Where the lease was handed on since, what it spent is not all that was, so
 * its word returns nothing.
 */
export function settle(book: TenantBook, operation: Settle): Outcome {
  const { leaseId, epoch, cumulativeSpent, final, ttlMs } = operation;
  const lease = book.leases.get(leaseId);
  if (lease === undefined) return refused(404, 'not_found', 'there is no such lease');
  const isOpen = lease.state === 'active' || lease.state === 'unresolved';
  if (epoch > lease.epoch || (epoch < lease.epoch && lease.state !== 'unresolved')) {
    return refused(
      409,
      'stale_epoch',
      `the settlement is of epoch ${epoch}, the lease of epoch ${lease.epoch}`,
    );
  }
  if (cumulativeSpent > lease.amount) {
    const detail = `${cumulativeSpent} credits were settled of a lease of ${lease.amount}`;
    return refused(400, 'invalid_request', detail);
  }
  if (isOpen) {
    spendUpTo(book, lease, cumulativeSpent);
    if (final && epoch === lease.epoch) returnRest(book, lease, 'settled');
    else if (lease.state === 'active') renew(book, lease, ttlMs);
  }
  return settled(book, lease, ttlMs);
}

function renew(book: TenantBook, lease: Lease, ttlMs: number): void {
  lease.expiresAtMs = book.nowMs + ttlMs;
  // A top-up may have ended what it was recalled for; a few credits that came back have not.
  const { available, leased } = book.account;
  if (lease.recalled && available >= leased) lease.recalled = false;
  book.touchLease(lease);
}

function settled({ account }: TenantBook, lease: Lease, ttlMs: number): Outcome {
  const expiresInMs = lease.state === 'active' ? ttlMs : 0;
  return done(
    `{"settled":${lease.spent},"returned":${lease.returned},"state":"${lease.state}",` +
      `"expires_in_ms":${expiresInMs},"refresh_ms":${refreshInterval(ttlMs, account)},` +
      `"recall":${lease.recalled && lease.state === 'active'},"available":${account.available}}`,
  );
}
