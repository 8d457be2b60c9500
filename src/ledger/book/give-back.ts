import type { Slices } from './entities.ts';
import { post } from './post.ts';
import type { TenantBook } from './tenant-book.ts';

/** Why slices come back; becomes the transfer. */
export interface Return {
  type: 'release' | 'cancel' | 'hold_expired' | 'refund' | 'lease_returned' | 'lease_restored';
  from: 'held' | 'leased' | 'spent' | 'unresolved';
  /** The hold or lease, or the transfer that is refunded. */
  subjectId: string;
  effectiveAtMs: number;
}

/**
 * Gives slices back to the grants they came from, which must be loaded. What comes back after its grant's expiry expires
 * at once, as a transfer of its own.
 *
 * @returns the transfer that gave back.
 */
export function giveBack(book: TenantBook, slices: Slices, why: Return) {
  const late: Slices = { grantIds: [], amounts: [] };
  for (const [i, grantId] of slices.grantIds.entries()) {
    const amount = slices.amounts[i]!;
    const grant = book.grants.get(grantId);
    if (grant === undefined) throw new Error(`grant ${grantId} is given back to without being loaded`);
    const wasSpendable = grant.available > 0;
    if (why.from === 'held' || why.from === 'leased') grant[why.from] -= amount;
    if (grant.expiresAtMs > why.effectiveAtMs) grant.available += amount;
    else {
      late.grantIds.push(grantId);
      late.amounts.push(amount);
    }
    book.touchGrant(grant, wasSpendable);
  }
  const transfer = post(book, { ...why, to: 'available', amount: total(slices), slices });
  if (late.grantIds.length > 0) {
    const { effectiveAtMs, subjectId } = why;
    const amount = total(late);
    post(book, {
      type: 'expired',
      from: 'available',
      to: 'expired',
      amount,
      slices: late,
      effectiveAtMs,
      subjectId,
    });
  }
  return transfer;
}

export function total(slices: Slices): number {
  return slices.amounts.reduce((sum, amount) => sum + amount, 0);
}

/** The first `amount` of the slices and the rest, each in their order. */
export function split(slices: Slices, amount: number): [Slices, Slices] {
  const first: Slices = { grantIds: [], amounts: [] };
  const rest: Slices = { grantIds: [], amounts: [] };
  let missing = amount;
  for (const [i, grantId] of slices.grantIds.entries()) {
    const taken = Math.min(missing, slices.amounts[i]!);
    append(first, grantId, taken);
    append(rest, grantId, slices.amounts[i]! - taken);
    missing -= taken;
  }
  return [first, rest];
}

function append(slices: Slices, grantId: string, amount: number): void {
  if (amount === 0) return;
  slices.grantIds.push(grantId);
  slices.amounts.push(amount);
}
