import { endLease } from './end-lease.ts';
import type { EngineState } from './engine-state.ts';
import { HeldLease } from './held-lease.ts';
import { guardedDeadline, trackLease } from './hold-lease.ts';
import type { JournalEntry } from './journal.ts';
import { once } from './once.ts';
import type { HandedOn, RegisterAnswer } from './protocol.ts';
import { tenantOf } from './tenant-of.ts';
import { entryOf, writeJournal } from './write-journal.ts';

const refusedPauseMs = 2_000;

/** Registers this process, or, after it was fenced, registers it anew with nothing to go on with. */
export function sendRegister(state: EngineState, nowMs: number): void {
  if (state.registering || nowMs < state.registerAtMs || !state.link.maySend(nowMs)) return;
  const isFirst = state.phase === 'starting';
  const { former, bootId } = state.journal;
  if (state.incarnation === '') {
    // A name that nobody was told the epoch of is taken over: nothing was spent under it, and no epoch is skipped.
    const takenOver = isFirst && !state.overtaken ? former.unconfirmedIncarnation : null;
    const incarnation = takenOver ?? state.deps.newId();
    if (!writeJournal(state, () => state.journal.beginIncarnation(incarnation))) return;
    state.incarnation = incarnation;
    // Of a name taken over nobody knows when; settling renews its leases.
    state.registerSentAtMs = takenOver === null ? nowMs : Number.NEGATIVE_INFINITY;
  }
  const journal = isFirst
    ? former.entries.map(({ entry: { leaseId, watermark } }) => ({ leaseId, watermark }))
    : [];
  // Those that end meanwhile are still named in the answer.
  const held = new Set(state.leases.keys());
  state.registering = true;
  state.link.sending();
  const receive = once<RegisterAnswer>((answer) => {
    state.registering = false;
    state.observer.ledgerCall?.('register', answer.kind);
    if (answer.kind === 'away') state.link.failed(state.deps.nowMs(), answer.retryAfterMs);
    else state.link.answered();
    if (state.phase !== 'starting' && state.phase !== 'fenced') return;
    if (answer.kind === 'registered') registered(state, answer, isFirst, held);
    else if (answer.kind === 'refused') {
      // The name was overtaken while its answer was lost: it needs a new one.
      if (answer.code === 'stale_epoch') {
        state.incarnation = '';
        state.overtaken = true;
      }
      state.problem = `the ledger refused to register this sidecar: ${answer.status} ${answer.code}`;
      state.registerAtMs = state.deps.nowMs() + refusedPauseMs;
    }
  });
  state.transport.register({ incarnation: state.incarnation, bootId, journal }, receive);
}

function registered(
  state: EngineState,
  { epoch, leases }: { epoch: number; leases: readonly HandedOn[] },
  isFirst: boolean,
  held: ReadonlySet<string>,
): void {
  if (!writeJournal(state, () => state.journal.confirmEpoch(epoch))) return;
  state.epoch = epoch;
  state.phase = 'granting';
  state.problem = null;
  const unknown = new Map(leases.map((lease) => [lease.leaseId, lease]));
  if (isFirst) goOn(state, unknown);
  else for (const leaseId of held) unknown.delete(leaseId);
  const knownEpoch = isFirst ? epochOfWholeJournal(state) : state.fencedEpoch;
  let lost = 0;
  for (const lease of unknown.values()) {
    if (lease.state !== 'unresolved') continue;
    if (lease.epoch === knownEpoch) testifyUnspent(state, lease);
    else lost += lease.amount - lease.settled;
  }
  state.observer.lost?.(lost);
  // Who waits is served by the next tick, once all that was handed on is known.
}

/** Takes up the former process's leases where its journal leaves them, and takes them out of `unknown`. */
function goOn(state: EngineState, unknown: Map<string, HandedOn>): void {
  for (const { slot, entry } of state.journal.former.entries) {
    if (!isContinuous(state)) {
      writeJournal(state, () => state.journal.freeSlot(slot));
      continue;
    }
    const handedOn = unknown.get(entry.leaseId);
    unknown.delete(entry.leaseId);
    if (handedOn?.state === 'active' && handedOn.epoch === state.epoch) adopt(state, slot, entry, handedOn);
    else testify(state, entry, slot, handedOn?.tenantId ?? '');
  }
}

/** An epoch in between was somebody else's: the journal does not know what was spent then. */
function isContinuous({ journal, epoch }: EngineState): boolean {
  return journal.former.state === 'trusted' && epoch === journal.former.epoch + 1;
}

/** The epoch of which the journal tells everything; 0: none. */
function epochOfWholeJournal(state: EngineState): number {
  const { former } = state.journal;
  return isContinuous(state) && former.tornSlots === 0 ? former.epoch : 0;
}

/** Goes on with a lease from the watermark. */
function adopt(state: EngineState, slot: number, entry: JournalEntry, handedOn: HandedOn): void {
  const used = Math.max(entry.watermark, handedOn.settled);
  const lease = new HeldLease({
    leaseId: entry.leaseId,
    tenant: tenantOf(state, handedOn.tenantId),
    amount: Math.min(entry.amount, handedOn.amount),
    slot,
    epoch: state.epoch,
    used,
    watermark: used,
    deadlineMs: guardedDeadline(state.registerSentAtMs, handedOn.ttlMs),
    refreshMs: handedOn.ttlMs / 3,
    // Soon, so that the ledger hears of what the former process had not settled.
    nextSettleMs: state.deps.nowMs(),
  });
  if (!writeJournal(state, () => state.journal.rewrite(slot, entryOf(lease, entry.ending)))) return;
  state.observer.stranded?.(
    Math.min(state.settings.watermarkStep - 1, Math.max(0, entry.watermark - handedOn.settled)),
  );
  trackLease(state, lease);
  if (entry.ending || used >= lease.amount) endLease(state, lease, 0);
}

/** A lease that is not ours to spend any more: what the journal knows of it is evidence. */
function testify(state: EngineState, entry: JournalEntry, slot: number, tenantId: string): void {
  track(state, entry.leaseId, tenantId, entry.amount, slot, entry.epoch, entry.watermark);
}

/**
 * A lease that was granted at an epoch of which everything is known, and that is not: its grant was never heard of, or not
 * written down, so nothing was spent of it.
 */
function testifyUnspent(state: EngineState, lease: HandedOn): void {
  track(state, lease.leaseId, lease.tenantId, lease.amount, -1, lease.epoch, lease.settled);
}

function track(
  state: EngineState,
  leaseId: string,
  tenantId: string,
  amount: number,
  slot: number,
  epoch: number,
  used: number,
): void {
  const nowMs = state.deps.nowMs();
  const times = { deadlineMs: 0, refreshMs: 0, nextSettleMs: nowMs };
  const tenant = tenantOf(state, tenantId);
  const lease = new HeldLease({ leaseId, tenant, amount, slot, epoch, used, watermark: used, ...times });
  lease.phase = 'ending';
  lease.laterEpoch = state.epoch;
  trackLease(state, lease);
}
