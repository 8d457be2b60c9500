import type { Slices, Spend } from '../book/entities.ts';
import { giveBack, total } from '../book/give-back.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import type { Refund } from '../operation.ts';
import { done, type Outcome, refused } from './outcome.ts';

/** spent → available, to the grants that paid. */
export function refund(book: TenantBook, operation: Refund): Outcome {
  const spend = book.spends.get(operation.transactionId);
  if (spend === undefined) return refused(404, 'not_found', 'the tenant has no such transaction');
  const left = total(spend.left);
  const amount = operation.amount ?? left;
  if (amount > left || left === 0) {
    const what =
      spend.left.grantIds.length === 0 ? `a ${spend.type} spent nothing` : `${left} are left of the spend`;
    return refused(409, 'refund_exceeds_spend', `${amount} credits cannot be refunded: ${what}`, {
      refundable: left,
    });
  }
  const slices = takeFromTheEnd(spend, amount);
  const why = {
    type: 'refund',
    from: 'spent',
    subjectId: spend.transferId,
    effectiveAtMs: book.nowMs,
  } as const;
  const transfer = giveBack(book, slices, why);
  const { account } = book;
  return done(
    `{"success":true,"transaction_id":"${transfer.transferId}","balance":${account.available + account.held}}`,
  );
}

/** The grant that burned last is refilled first, so that what stays is what a smaller spend would have left. */
function takeFromTheEnd(spend: Spend, amount: number): Slices {
  const slices: Slices = { grantIds: [], amounts: [] };
  let missing = amount;
  for (let i = spend.left.grantIds.length - 1; i >= 0 && missing > 0; i--) {
    const taken = Math.min(missing, spend.left.amounts[i]!);
    if (taken === 0) continue;
    spend.left.amounts[i]! -= taken;
    slices.grantIds.push(spend.left.grantIds[i]!);
    slices.amounts.push(taken);
    missing -= taken;
  }
  return slices;
}
