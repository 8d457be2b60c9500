import type { Slices } from './entities.ts';
import type { TenantBook } from './tenant-book.ts';

/** Whether enough grants are loaded to burn `amount` in order. */
export function canBurn(book: TenantBook, amount: number): boolean {
  let reached = 0;
  for (const grant of book.spendable) {
    if (!book.isReached(grant)) return false;
    reached += grant.available;
    if (reached >= amount) return true;
  }
  return false;
}

/**
 * Takes `amount` from the grants in burn order.
 *
 * @param into where what is taken stands from now on; `spent` leaves the grants.
 * @returns which grants gave how much, in burn order.
 */
export function burn(book: TenantBook, amount: number, into: 'held' | 'leased' | 'spent'): Slices {
  const slices: Slices = { grantIds: [], amounts: [] };
  for (let missing = amount; missing > 0; ) {
    const grant = book.spendable[0];
    if (grant === undefined) throw new Error('burn() without canBurn(): the loaded grants do not reach');
    const taken = Math.min(missing, grant.available);
    grant.available -= taken;
    if (into !== 'spent') grant[into] += taken;
    book.touchGrant(grant, true);
    slices.grantIds.push(grant.grantId);
    slices.amounts.push(taken);
    missing -= taken;
  }
  return slices;
}
