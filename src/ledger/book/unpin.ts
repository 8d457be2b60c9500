import type { Slices } from './entities.ts';
import type { TenantBook } from './tenant-book.ts';

/** Takes slices out of the grants they are pinned in: they leave the grants for good. The grants must be loaded. */
export function unpin(book: TenantBook, slices: Slices, from: 'held' | 'leased'): void {
  for (const [i, grantId] of slices.grantIds.entries()) {
    const grant = book.grants.get(grantId);
    if (grant === undefined) throw new Error(`grant ${grantId} is spent from without being loaded`);
    grant[from] -= slices.amounts[i]!;
    book.touchGrant(grant, grant.available > 0);
  }
}
