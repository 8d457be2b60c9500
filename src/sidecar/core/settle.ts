import { continueDrain } from './drain.ts';
import { dropLease, endLease } from './end-lease.ts';
import type { EngineState } from './engine-state.ts';
import { fence } from './fence.ts';
import type { HeldLease } from './held-lease.ts';
import { guardedDeadline } from './hold-lease.ts';
import { once } from './once.ts';
import type { SettleAnswer, SettledItem, Settlement } from './protocol.ts';
import { neededSoon, noteNews } from './sizing.ts';
import { pickHead } from './tenant-credits.ts';
import { entryOf, writeJournal } from './write-journal.ts';

/** An item that failed alone is tried again after that. */
const itemRetryMs = 1_000;

const unanswered: SettledItem = { kind: 'away', retryAfterMs: null, reason: 'left out of the answer' };

/** Settles every lease that is due, in one request; one request at a time. */
export function settleDue(state: EngineState, nowMs: number): void {
  if (state.settling || state.phase === 'starting' || !state.link.maySend(nowMs)) return;
  const due: HeldLease[] = [];
  for (const lease of state.leases.values()) {
    if (lease.nextSettleMs > nowMs) continue;
    returnIdle(state, lease, nowMs);
    due.push(lease);
    if (due.length === state.settings.settlementsMax) break;
  }
  if (due.length === 0) return;
  const settlements = due.map((lease) => settlementOf(state, lease));
  state.settling = true;
  state.link.sending();
  const receive = once<SettleAnswer>((answer) => {
    state.settling = false;
    if (answer.kind === 'away') state.link.failed(state.deps.nowMs(), answer.retryAfterMs);
    else {
      state.link.answered();
      for (const [i, lease] of due.entries())
        settled(state, lease, settlements[i]!, answer.items[i] ?? unanswered, nowMs);
    }
    state.observer.ledgerCall?.('settle', answer.kind);
    continueDrain(state, state.deps.nowMs());
  });
  state.transport.settle(settlements, receive);
}

function returnIdle(state: EngineState, lease: HeldLease, nowMs: number): void {
  const isIdle = nowMs - lease.tenant.lastSpentAtMs > lease.refreshMs * state.settings.idleRefreshes;
  if (isIdle && lease.tenant.spentSinceRoll === 0) endLease(state, lease, 0);
}

/** A final settlement is written down first: whoever comes after a kill must not spend what it may have returned. */
function settlementOf(state: EngineState, lease: HeldLease): Settlement {
  const { slot } = lease;
  const isDone = lease.phase === 'ending' && lease.reserved === 0;
  // Where nothing is left to be spent, or nothing ever was, nothing needs to be written.
  const isSafe = slot < 0 || lease.used === lease.amount;
  const final =
    isDone && (isSafe || writeJournal(state, () => state.journal.rewrite(slot, entryOf(lease, true))));
  return { leaseId: lease.leaseId, epoch: lease.epoch, cumulativeSpent: lease.used - lease.reserved, final };
}

function settled(
  state: EngineState,
  lease: HeldLease,
  settlement: Settlement,
  item: SettledItem,
  sentAtMs: number,
): void {
  if (lease.phase === 'over') return;
  const nowMs = state.deps.nowMs();
  switch (item.kind) {
    case 'settled':
      if (item.state === 'active') renewed(state, lease, item, sentAtMs);
      else if (item.state === 'unresolved') testifyOf(state, lease, settlement.final, nowMs);
      else dropLease(state, lease, settlement.final ? 'returned' : item.state);
      return;
    case 'stale_epoch':
      // Evidence of an epoch that is over anyway is refused when another incarnation goes on with the lease.
      if (lease.epoch === state.epoch) fence(state);
      else dropLease(state, lease, 'handed_on');
      return;
    case 'refused':
      if (item.status === 404) dropLease(state, lease, item.code);
      else lease.nextSettleMs = nowMs + itemRetryMs;
      return;
    case 'away':
      lease.nextSettleMs = nowMs + itemRetryMs;
      return;
  }
}

/** It was given up for lost. What was spent of it is evidence, once nothing more will be. */
function testifyOf(state: EngineState, lease: HeldLease, wasFinal: boolean, nowMs: number): void {
  endLease(state, lease, 0);
  lease.nextSettleMs = lease.reserved > 0 ? nowMs + itemRetryMs : nowMs;
  if (!wasFinal) return;
  // The last word at this epoch did not end it: it was handed on since.
  if (lease.laterEpoch === null) dropLease(state, lease, 'unresolved');
  else {
    lease.epoch = lease.laterEpoch;
    lease.laterEpoch = null;
  }
}

function renewed(
  state: EngineState,
  lease: HeldLease,
  { expiresInMs, refreshMs, ...news }: Extract<SettledItem, { kind: 'settled' }>,
  sentAtMs: number,
): void {
  const nowMs = state.deps.nowMs();
  const { tenant } = lease;
  lease.deadlineMs = Math.max(lease.deadlineMs, guardedDeadline(sentAtMs, expiresInMs));
  lease.refreshMs = refreshMs ?? lease.refreshMs;
  noteNews(tenant, news, state.settings);
  if (news.recall) recalled(state, lease, nowMs);
  lease.nextSettleMs = nowMs + settleInterval(state, lease, news.recall);
  if (tenant.head === null && lease.phase === 'open') {
    pickHead(tenant, nowMs);
    state.creditsChanged(tenant);
  }
}

function settleInterval({ phase, settings }: EngineState, lease: HeldLease, recall: boolean): number {
  if (lease.phase === 'ending' && lease.reserved > 0) return itemRetryMs;
  if (lease.phase === 'ending' && phase !== 'stopped') return 0;
  return recall ? Math.min(lease.refreshMs, settings.scarceSettleMs) : lease.refreshMs;
}

/** Others lack credits: what is not needed soon goes back, and what does not suffice for those who wait here. */
function recalled(state: EngineState, lease: HeldLease, nowMs: number): void {
  const { tenant } = lease;
  state.observer.recalled?.(tenant.tenantId);
  const spare = tenant.free - neededSoon(tenant, state.settings);
  const isOfNoUse = tenant.waiters.length > 0 || nowMs - tenant.lastSpentAtMs > state.settings.rateWindowMs;
  if (isOfNoUse || spare >= (lease.amount - lease.used) / 2) endLease(state, lease, 0);
}
