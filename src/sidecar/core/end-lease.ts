import type { EngineState } from './engine-state.ts';
import type { HeldLease } from './held-lease.ts';
import { pickHead } from './tenant-credits.ts';
import { writeJournal } from './write-journal.ts';

/**
 * Stops spending from a lease, for ever. The next settlements return its rest, once its reservations have ended.
 *
 * @param inMs when: what is used up returns nothing and can wait for others.
 */
export function endLease(state: EngineState, lease: HeldLease, inMs: number): void {
  if (lease.phase !== 'open') return;
  const { tenant } = lease;
  const nowMs = state.deps.nowMs();
  lease.phase = 'ending';
  lease.nextSettleMs = nowMs + inMs;
  tenant.free -= lease.amount - lease.used;
  if (tenant.head === lease) pickHead(tenant, nowMs);
}

/** The ledger has it back, or has given it to somebody else. */
export function dropLease(state: EngineState, lease: HeldLease, how: string): void {
  const { tenant, slot } = lease;
  endLease(state, lease, 0);
  lease.phase = 'over';
  state.leases.delete(lease.leaseId);
  const index = tenant.leases.indexOf(lease);
  if (index >= 0) tenant.leases.splice(index, 1);
  if (slot >= 0) writeJournal(state, () => state.journal.freeSlot(slot));
  state.observer.leaseEnded?.(tenant.tenantId, how);
}
