import { giveBack, split } from '../book/give-back.ts';
import { post } from '../book/post.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import { unpin } from '../book/unpin.ts';
import type { Commit } from '../operation.ts';
import { done, type Outcome, refused } from './outcome.ts';
import { pendingHold } from './pending-hold.ts';

/** held → spent for what is committed, held → available for the rest. */
export function commit(book: TenantBook, operation: Commit): Outcome {
  const hold = pendingHold(book, operation.reservationId);
  if ('kind' in hold) return hold;
  const amount = operation.amount ?? hold.amount;
  if (amount > hold.amount) {
    const detail = `${amount} credits are committed and ${hold.amount} are held`;
    return refused(409, 'amount_exceeds_hold', detail, { held: hold.amount });
  }
  const { account, nowMs } = book;
  const [spent, rest] = split(hold.slices, amount);
  unpin(book, spent, 'held');
  const transfer = post(book, {
    type: 'commit',
    from: 'held',
    to: 'spent',
    amount,
    slices: spent,
    effectiveAtMs: nowMs,
    subjectId: hold.holdId,
  });
  if (rest.grantIds.length > 0) {
    giveBack(book, rest, { type: 'release', from: 'held', subjectId: hold.holdId, effectiveAtMs: nowMs });
  }
  book.endHold(hold, 'committed', nowMs);
  return done(
    `{"success":true,"transaction_id":"${transfer.transferId}",` +
      `"balance":${account.available + account.held},"available":${account.available}}`,
  );
}
