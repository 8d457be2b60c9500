import type { Payment } from '../operation.ts';
import { encodeTransferId } from '../transfer-id.ts';
import type { Account, AccountName, Balances, Slices, Transfer, TransferType } from './entities.ts';
import { balancesOf, type TenantBook } from './tenant-book.ts';

export interface Posting {
  type: TransferType;
  from: AccountName;
  to: AccountName;
  amount: number;
  slices: Slices;
  /** The moment it counts from; the batch's own time unless an expiry was due earlier. */
  effectiveAtMs: number;
  subjectId?: string | null;
  description?: string | null;
  reference?: string | null;
  metadata?: string | null;
  payment?: Payment | null;
}

/**
 * Moves an amount from one account of the tenant to another and writes it down. It is never dated before the transfer
 * before it, so that a balance as of a time is the one after the last transfer up to then.
 */
export function post(book: TenantBook, posting: Posting): Transfer {
  const { account, nowMs } = book;
  move(account, posting.from, -posting.amount);
  move(account, posting.to, posting.amount);
  account.version += 1;
  account.recordedAtMs = nowMs;
  book.effectiveAtMs = Math.max(book.effectiveAtMs, posting.effectiveAtMs);
  const transfer: Transfer = {
    number: account.version,
    transferId: encodeTransferId({ recordedAtMs: nowMs, number: account.version }),
    type: posting.type,
    from: posting.from,
    to: posting.to,
    amount: posting.amount,
    effectiveAtMs: book.effectiveAtMs,
    after: balancesOf(account),
    slices: posting.slices,
    subjectId: posting.subjectId ?? null,
    description: posting.description ?? null,
    reference: posting.reference ?? null,
    metadata: posting.metadata ?? null,
    payment: posting.payment ?? null,
    cause: book.cause,
  };
  book.transfers.push(transfer);
  return transfer;
}

/** `issued` has no figure of its own: it is minus the sum of the others. */
function move(account: Account, name: AccountName, amount: number): void {
  if (name !== 'issued') account[name] += amount;
}

/** What the tenant was ever given. */
export function issuedTo(account: Balances): number {
  return (
    account.available + account.held + account.leased + account.spent + account.expired + account.unresolved
  );
}
