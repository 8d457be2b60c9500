import type { EndResult } from './decision.ts';
import type { EngineState } from './engine-state.ts';
import type { HeldLease } from './held-lease.ts';
import { endUsedUp } from './spend.ts';
import { pickHead } from './tenant-credits.ts';
import { writeJournal } from './write-journal.ts';

/** Charges `amount` of a reservation (null: all) and releases the rest. */
export function commitReservation(
  state: EngineState,
  tenantId: string,
  id: string,
  amount: number | null,
): EndResult {
  const found = state.reservations.find(tenantId, id);
  if ('kind' in found) return found;
  if (amount !== null && amount > found.amount) return { kind: 'exceeds_reserved', reserved: found.amount };
  return end(state, id, amount ?? found.amount, 'already_committed');
}

export function cancelReservation(state: EngineState, tenantId: string, id: string): EndResult {
  const found = state.reservations.find(tenantId, id);
  if ('kind' in found) return found;
  return end(state, id, 0, 'already_cancelled');
}

/** Whoever reserved vanished: the work may have been done, so it is charged as estimated. */
export function chargeReservation(state: EngineState, id: string): void {
  end(state, id, state.reservations.open.get(id)!.amount, 'expired');
}

function end(
  state: EngineState,
  id: string,
  charged: number,
  how: 'already_committed' | 'already_cancelled' | 'expired',
): EndResult {
  const { tenant, parts, amount } = state.reservations.open.get(id)!;
  const released = state.reservations.end(id, charged, how);
  const nowMs = state.deps.nowMs();
  for (const { lease } of parts) {
    if (lease.phase === 'ending') lease.nextSettleMs = nowMs;
    lowerWatermark(state, lease);
  }
  endUsedUp(state, tenant);
  if (released > 0) {
    pickHead(tenant, nowMs);
    state.creditsChanged(tenant);
  }
  return { kind: 'ended', charged: amount - released, released, leaseRemaining: tenant.free };
}

/** A large reservation that was released would be stranded by a kill otherwise, although nobody used it. */
function lowerWatermark(state: EngineState, lease: HeldLease): void {
  const { slot, used, watermark, phase } = lease;
  if (phase === 'over' || slot < 0 || watermark - used < state.settings.watermarkStep) return;
  if (writeJournal(state, () => state.journal.advance(slot, used))) lease.watermark = used;
}
