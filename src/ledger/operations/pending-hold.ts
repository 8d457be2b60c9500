import type { Hold } from '../book/entities.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import { type Refused, refused } from './outcome.ts';

/** The hold, if it has not ended; otherwise why it cannot be ended again. */
export function pendingHold(book: TenantBook, holdId: string): Hold | Refused {
  const hold = book.holds.get(holdId);
  if (hold === undefined) return refused(404, 'not_found', 'the tenant has no such reservation');
  switch (hold.state) {
    case 'pending':
      return hold;
    case 'committed':
      return refused(409, 'hold_already_committed', 'the reservation was committed before');
    case 'cancelled':
      return refused(409, 'hold_already_cancelled', 'the reservation was cancelled before');
    case 'expired': {
      const at = new Date(hold.expiresAtMs).toISOString();
      return refused(410, 'hold_expired', `the reservation expired at ${at}; reserve again`);
    }
  }
}
