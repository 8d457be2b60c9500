import { burn, canBurn } from '../book/burn.ts';
import { post } from '../book/post.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import type { Consume } from '../operation.ts';
import { done, insufficient, type Outcome } from './outcome.ts';

/** available → spent. */
export function consume(book: TenantBook, operation: Consume): Outcome {
  const { amount } = operation;
  const { account } = book;
  if (account.available < amount) return insufficient(account.available, amount);
  if (!canBurn(book, amount)) return { kind: 'missing', burnable: amount };
  const transfer = post(book, {
    type: 'consume',
    from: 'available',
    to: 'spent',
    amount,
    slices: burn(book, amount, 'spent'),
    effectiveAtMs: book.nowMs,
    description: operation.description,
    reference: operation.reference,
    metadata: operation.metadata,
  });
  return done(
    `{"success":true,"transaction_id":"${transfer.transferId}","balance":${account.available + account.held},` +
      `"message":"Successfully consumed ${amount} credits"}`,
  );
}
