import type { EngineState } from './engine-state.ts';
import type { HeldLease } from './held-lease.ts';
import type { JournalEntry } from './journal.ts';

/**
 * Runs a write to the journal. One that fails stops all granting for good: what cannot be written down must not be spent.
 *
 * @returns whether it was written.
 */
export function writeJournal(state: EngineState, write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    journalFailed(state, error as Error);
    return false;
  }
}

function journalFailed(state: EngineState, error: Error): void {
  if (state.phase === 'granting' || state.phase === 'starting' || state.phase === 'fenced')
    state.phase = 'stopped';
  state.problem = `the journal cannot be written, nothing is granted any more: ${error.message}`;
  for (const tenant of state.tenants.values()) tenant.head = null;
  state.observer.journalFailed?.(error);
}

/**
 * Moves the watermark so that it covers `amount` more than is used; in steps, so that one write covers many decisions.
 * Without the closure of `writeJournal`: it is on the fast path.
 */
export function advanceWatermark(state: EngineState, lease: HeldLease, amount: number): boolean {
  const step = Math.max(state.settings.watermarkStep, amount);
  const watermark = Math.min(lease.amount, lease.watermark + step);
  try {
    state.journal.advance(lease.slot, watermark);
  } catch (error) {
    journalFailed(state, error as Error);
    return false;
  }
  lease.watermark = watermark;
  return true;
}

export function entryOf(lease: HeldLease, ending: boolean): JournalEntry {
  const { leaseId, epoch, amount, used, watermark, deadlineMs } = lease;
  // What ends is settled exactly, so a kill meanwhile strands nothing.
  return { leaseId, epoch, amount, watermark: ending ? used : watermark, deadlineMs, ending };
}
