import type { TenantBook } from '../../book/tenant-book.ts';
import type { Lose } from '../../operation.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { loseRest } from './move-leased.ts';

/** A lease whose holder stopped settling becomes unresolved. One that was settled meanwhile stays. */
export function lose(book: TenantBook, operation: Lose): Outcome {
  const lease = book.leases.get(operation.leaseId);
  if (lease === undefined) return refused(404, 'not_found', 'there is no such lease');
  if (lease.state === 'active' && lease.expiresAtMs <= book.nowMs) loseRest(book, lease);
  return done(JSON.stringify({ lease_id: lease.leaseId, state: lease.state }));
}
