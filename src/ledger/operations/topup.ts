import { issuedTo, post } from '../book/post.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import type { Topup } from '../operation.ts';
import { done, type Outcome, refused } from './outcome.ts';

/** issued → available, as a grant of its own. */
export function topup(book: TenantBook, operation: Topup, grantId: string): Outcome {
  const { amount, expiresAtMs, priority } = operation;
  const { account, nowMs } = book;
  if (expiresAtMs <= nowMs) {
    return refused(
      400,
      'invalid_request',
      `expires_at is not in the future: it is ${new Date(nowMs).toISOString()}`,
    );
  }
  if (issuedTo(account) + amount > Number.MAX_SAFE_INTEGER) {
    const detail = `the tenant would have been given more than ${Number.MAX_SAFE_INTEGER} credits in all`;
    return refused(400, 'invalid_request', detail);
  }
  const transfer = post(book, {
    type: 'topup',
    from: 'issued',
    to: 'available',
    amount,
    slices: { grantIds: [grantId], amounts: [amount] },
    effectiveAtMs: nowMs,
    description: operation.description,
    reference: operation.reference,
    metadata: operation.metadata,
    payment: operation.payment,
  });
  book.addNewGrant({
    grantId,
    number: transfer.number,
    amount,
    available: amount,
    held: 0,
    leased: 0,
    priority,
    expiresAtMs,
    createdAtMs: nowMs,
  });
  return done(
    `{"success":true,"transaction_id":"${transfer.transferId}","grant_id":"${grantId}",` +
      `"balance":${account.available + account.held},"message":"Successfully added ${amount} credits"}`,
  );
}
