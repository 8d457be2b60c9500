import { burn, canBurn } from '../book/burn.ts';
import { post } from '../book/post.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import type { Reserve } from '../operation.ts';
import { done, insufficient, type Outcome } from './outcome.ts';

/** available → held, pinning slices of named grants until the hold ends. */
export function reserve(book: TenantBook, operation: Reserve, holdId: string): Outcome {
  const { amount, ttlSeconds } = operation;
  const { account, nowMs } = book;
  if (account.available < amount) return insufficient(account.available, amount);
  if (!canBurn(book, amount)) return { kind: 'missing', burnable: amount };
  const slices = burn(book, amount, 'held');
  post(book, {
    type: 'reserve',
    from: 'available',
    to: 'held',
    amount,
    slices,
    effectiveAtMs: nowMs,
    subjectId: holdId,
  });
  const expiresAtMs = nowMs + ttlSeconds * 1000;
  book.addNewHold({
    holdId,
    amount,
    state: 'pending',
    expiresAtMs,
    slices,
    createdAtMs: nowMs,
    endedAtMs: null,
  });
  return done(
    `{"success":true,"reservation_id":"${holdId}","expires_at":"${new Date(expiresAtMs).toISOString()}",` +
      `"balance":${account.available + account.held},"available":${account.available}}`,
  );
}
