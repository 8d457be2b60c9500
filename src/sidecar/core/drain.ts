import { endLease } from './end-lease.ts';
import { chargeReservation } from './end-reservation.ts';
import type { EngineState } from './engine-state.ts';

/** Grants nothing more and gives everything back. */
export function beginDrain(state: EngineState, nowMs: number): void {
  if (state.phase === 'draining' || state.phase === 'drained') return;
  state.drainUntilMs = nowMs + state.settings.drainReserveMs;
  state.phase = 'draining';
  state.problem = 'the sidecar is draining';
  for (const tenant of state.tenants.values()) {
    tenant.head = null;
    const waiting = tenant.waiters.splice(0);
    state.waiting -= waiting.length;
    for (const waiter of waiting) waiter.giveUp();
  }
  for (const lease of state.leases.values()) {
    endLease(state, lease, 0);
    // A used-up one waits for others to be settled with.
    lease.nextSettleMs = nowMs;
  }
}

/** Ends the draining once the ledger has everything and no request to acquire is open, whose lease would be lost. */
export function continueDrain(state: EngineState, nowMs: number): void {
  if (state.phase === 'drained') for (const drained of state.onDrained.splice(0)) drained();
  if (state.phase !== 'draining') return;
  if (nowMs >= state.drainUntilMs)
    for (const id of [...state.reservations.open.keys()]) chargeReservation(state, id);
  if (state.leases.size > 0) return;
  for (const tenant of state.tenants.values()) if (tenant.acquiring || tenant.requestUncertain) return;
  state.phase = 'drained';
  for (const drained of state.onDrained.splice(0)) drained();
}
