import type { TenantBook } from '../../book/tenant-book.ts';
import type { Resolve } from '../../operation.ts';
import { done, type Outcome, refused } from '../outcome.ts';
import { returnRest, spendUpTo } from './move-leased.ts';

/** unresolved → spent (burned), or → available (restored), which is unsafe: the lost holder may have spent it. */
export function resolve(book: TenantBook, { leaseId, how }: Resolve): Outcome {
  const lease = book.leases.get(leaseId);
  if (lease === undefined) return refused(404, 'not_found', 'there is no such lease');
  if (lease.state !== 'unresolved') {
    return refused(
      409,
      'lease_not_unresolved',
      `the lease is ${lease.state}; only an unresolved one can be resolved`,
    );
  }
  if (how === 'burn') spendUpTo(book, lease, lease.amount);
  returnRest(book, lease, how === 'burn' ? 'burned' : 'restored');
  const { spent, returned, state } = lease;
  return done(JSON.stringify({ lease_id: leaseId, state, settled: spent, returned }));
}
