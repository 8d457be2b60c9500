import type { TenantBook } from './tenant-book.ts';

/**
 * Remembers a book as it is, for an atomic batch whose later operation may be refused.
 *
 * @returns a function that puts everything back.
 */
export function saveBook(book: TenantBook): () => void {
  const account = { ...book.account };
  const { effectiveAtMs, nextDueAtMs } = book;
  const transfers = book.transfers.length;
  const grants = [...book.grants.values()].map((grant) => ({ grant, was: { ...grant } }));
  const holds = [...book.holds.values()].map((hold) => ({ hold, was: { ...hold } }));
  const spends = [...book.spends.values()].map((spend) => ({ spend, amounts: [...spend.left.amounts] }));
  const sets = [book.newGrants, book.changedGrants, book.newHolds, book.changedHolds].map((set) => {
    const entries = [...set];
    return () => refill(set as Set<unknown>, entries);
  });
  return () => {
    Object.assign(book.account, account);
    book.effectiveAtMs = effectiveAtMs;
    book.nextDueAtMs = nextDueAtMs;
    book.transfers.length = transfers;
    for (const { grant, was } of grants) Object.assign(grant, was);
    for (const { hold, was } of holds) Object.assign(hold, was);
    for (const { spend, amounts } of spends) spend.left.amounts = amounts;
    for (const restore of sets) restore();
    book.forgetAllBut(new Set(grants.map(({ grant }) => grant)), new Set(holds.map(({ hold }) => hold)));
  };
}

function refill(set: Set<unknown>, entries: readonly unknown[]): void {
  set.clear();
  for (const entry of entries) set.add(entry);
}
