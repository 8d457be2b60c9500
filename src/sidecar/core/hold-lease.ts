import type { EngineState } from './engine-state.ts';
import { HeldLease } from './held-lease.ts';
import { pickHead, type TenantCredits } from './tenant-credits.ts';
import { entryOf, writeJournal } from './write-journal.ts';

/** Spending stops a tenth of the ttl before the ledger may give the lease up: for clocks that run at unequal speed. */
const guardShare = 0.1;
const guardMaxMs = 1_000;

/** @param sentAtMs when the request was SENT: the ledger counts from its arrival, which is later. */
export function guardedDeadline(sentAtMs: number, ttlMs: number): number {
  return sentAtMs + ttlMs - Math.min(guardMaxMs, ttlMs * guardShare);
}

export interface Granted {
  leaseId: string;
  amount: number;
  refreshMs: number;
  deadlineMs: number;
}

/** Writes a new lease down, then lets it be spent. */
export function holdLease(state: EngineState, tenant: TenantCredits, granted: Granted): void {
  if (state.leases.has(granted.leaseId)) return;
  const nowMs = state.deps.nowMs();
  const isDraining = state.phase === 'draining';
  const lease = new HeldLease({
    ...granted,
    tenant,
    slot: -1,
    epoch: state.epoch,
    used: 0,
    watermark: 0,
    // One whose request was long under way may be past its deadline already: settling renews it.
    nextSettleMs: nowMs >= granted.deadlineMs ? nowMs : nowMs + granted.refreshMs,
  });
  const isWritten = writeJournal(state, () => {
    lease.slot = state.journal.openSlot(entryOf(lease, false));
  });
  if (!isWritten || lease.slot < 0 || isDraining) {
    // Nothing is spent of it: it goes back.
    lease.phase = 'ending';
    lease.nextSettleMs = nowMs;
  }
  trackLease(state, lease);
  state.observer.leaseOpened?.(tenant.tenantId, granted.amount);
}

export function trackLease(state: EngineState, lease: HeldLease): void {
  state.leases.set(lease.leaseId, lease);
  lease.tenant.leases.push(lease);
  if (lease.phase !== 'open') return;
  lease.tenant.free += lease.amount - lease.used;
  if (lease.tenant.head === null) pickHead(lease.tenant, state.deps.nowMs());
}
