import { giveBack } from '../book/give-back.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import type { Cancel } from '../operation.ts';
import { done, type Outcome } from './outcome.ts';
import { pendingHold } from './pending-hold.ts';

/** held → available. */
export function cancel(book: TenantBook, operation: Cancel): Outcome {
  const hold = pendingHold(book, operation.reservationId);
  if ('kind' in hold) return hold;
  book.endHold(hold, 'cancelled', book.nowMs);
  const why = { type: 'cancel', from: 'held', subjectId: hold.holdId, effectiveAtMs: book.nowMs } as const;
  giveBack(book, hold.slices, why);
  return done(`{"success":true,"available":${book.account.available}}`);
}
