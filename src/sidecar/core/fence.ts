import { endLease } from './end-lease.ts';
import type { EngineState } from './engine-state.ts';

const pauseMinMs = 1_000;
const pauseMaxMs = 60_000;

/**
 * Another incarnation registered: at once, nothing is spent any more. What was spent is told as evidence, and it registers
 * anew; ever more slowly, since two pods that were given one name would fence each other for ever.
 */
export function fence(state: EngineState): void {
  if (state.phase !== 'granting' && state.phase !== 'draining' && state.phase !== 'stopped') return;
  const nowMs = state.deps.nowMs();
  if (state.phase === 'granting') {
    state.phase = 'fenced';
    state.problem = 'another sidecar registered as this instance; give each its own ASSAY_INSTANCE';
    const pauseMs = Math.min(pauseMaxMs, pauseMinMs * 2 ** Math.min(state.fencedTimes, 10));
    state.registerAtMs = nowMs + pauseMs * (0.8 + 0.4 * state.deps.random());
    state.fencedTimes++;
    state.incarnation = '';
    state.fencedEpoch = state.epoch;
  }
  state.epoch = 0;
  for (const tenant of state.tenants.values()) {
    tenant.head = null;
    // A request of the fenced epoch is refused, however often it is repeated; if it was granted, registering tells.
    tenant.request = null;
    tenant.requestUncertain = false;
  }
  for (const lease of state.leases.values()) endLease(state, lease, 0);
  state.observer.fenced?.();
}
