import type { TenantBook } from '../../book/tenant-book.ts';
import type { Adopt } from '../../operation.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { loseRest } from './move-leased.ts';

/**
 * Hands a lease on to its holder's next incarnation, which goes on spending from the watermark; without a journal of the same
 * boot the lease is unresolved. Doing it again changes nothing.
 */
export function adopt(book: TenantBook, operation: Adopt): Outcome {
  const { leaseId, epoch, watermark, ttlMs } = operation;
  const lease = book.leases.get(leaseId);
  if (lease === undefined) return refused(404, 'not_found', 'there is no such lease');
  if (lease.state === 'active' && lease.epoch < epoch) {
    if (watermark === null) loseRest(book, lease);
    else {
      lease.epoch = epoch;
      lease.expiresAtMs = book.nowMs + ttlMs;
      book.touchLease(lease);
    }
  }
  return done(
    JSON.stringify({
      lease_id: leaseId,
      tenant_id: book.account.tenantId,
      amount: lease.amount,
      settled: lease.spent,
      state: lease.state,
      epoch: lease.epoch,
      ttl_ms: ttlMs,
    }),
  );
}
