import type { EngineState } from './engine-state.ts';
import { fence } from './fence.ts';
import { guardedDeadline, holdLease } from './hold-lease.ts';
import { once } from './once.ts';
import type { AcquireAnswer } from './protocol.ts';
import { leaseWant, noteNews, setLowWater } from './sizing.ts';
import { holdsUnspendable, type TenantCredits } from './tenant-credits.ts';

/** A ledger that refuses for a reason of its own (a key without the scope) is not asked again at every request. */
const refusedPauseMs = 2_000;

/**
 * Asks the ledger for credits of a tenant, unless it is being asked already or should not be now.
 *
 * @param missing how much somebody lacks; 0: nobody does yet.
 */
export function askForMore(state: EngineState, tenant: TenantCredits, missing: number, nowMs: number): void {
  if (missing > 0) tenant.missing = tenant.missing === 0 ? missing : Math.min(tenant.missing, missing);
  if (tenant.acquiring || nowMs < tenant.notBeforeMs || state.phase !== 'granting') return;
  if (missing === 0 && nowMs < tenant.insufficientUntilMs) return;
  if (state.acquiresInFlight >= state.settings.acquiresMax || !state.link.maySend(nowMs)) return;
  if (!tenant.requestUncertain) {
    const { leasesPerTenantMax } = state.settings;
    if (tenant.leases.length >= leasesPerTenantMax || state.leases.size >= state.journal.slots) return;
    const size = leaseWant(tenant, tenant.missing, state.settings);
    const { request } = tenant;
    const isOld = request === null || nowMs - request.sentAtMs > state.settings.requestLifetimeMs;
    // A refused request keeps its name: a late copy of it that is granted after all is then found by the next.
    tenant.request = isOld ? { id: state.deps.newId(), sentAtMs: nowMs, ...size } : { ...request, ...size };
  }
  sendAcquire(state, tenant, nowMs);
}

/** Sends the tenant's request, for the first time or again. */
export function sendAcquire(state: EngineState, tenant: TenantCredits, nowMs: number): void {
  const request = tenant.request!;
  const { epoch } = state;
  const conclusive = !holdsUnspendable(tenant, nowMs);
  tenant.acquiring = true;
  tenant.missing = 0;
  state.acquiresInFlight++;
  state.link.sending();
  const receive = once<AcquireAnswer>((answer) => {
    tenant.acquiring = false;
    state.acquiresInFlight--;
    if (answer.kind === 'away') state.link.failed(state.deps.nowMs(), answer.retryAfterMs);
    else state.link.answered();
    state.observer.ledgerCall?.('acquire', answer.kind);
    // Of an epoch that was fenced meanwhile, a lease is not ours to spend; registering anew finds it.
    if (epoch !== state.epoch || tenant.request !== request) return;
    tenant.requestUncertain = answer.kind === 'away';
    receiveAnswer(state, tenant, answer, conclusive);
    state.creditsChanged(tenant);
  });
  const { id: requestId, want, min } = request;
  state.transport.acquire({ tenantId: tenant.tenantId, epoch, requestId, want, min }, receive);
}

function receiveAnswer(
  state: EngineState,
  tenant: TenantCredits,
  answer: AcquireAnswer,
  conclusive: boolean,
): void {
  const nowMs = state.deps.nowMs();
  const request = tenant.request!;
  tenant.refusedByLedger = false;
  switch (answer.kind) {
    case 'granted': {
      tenant.request = null;
      tenant.insufficientUntilMs = 0;
      noteNews(tenant, answer, state.settings);
      if (answer.amount < request.want) tenant.scarce = true;
      if (answer.recall) state.observer.recalled?.(tenant.tenantId);
      // From when its first copy was sent: that may be the one that was granted.
      const deadlineMs = guardedDeadline(request.sentAtMs, answer.ttlMs);
      holdLease(state, tenant, { ...answer, deadlineMs });
      setLowWater(tenant, state.settings);
      return;
    }
    case 'insufficient':
      tenant.scarce = true;
      // Credits that were on their way back from here were not counted by the ledger.
      if (!conclusive) tenant.notBeforeMs = nowMs + state.settings.scarceSettleMs / 4;
      else noteInsufficient(tenant, request.min, nowMs, state.settings.insufficientCacheMs);
      return;
    case 'elsewhere':
      tenant.scarce = true;
      tenant.notBeforeMs = nowMs + answer.retryAfterMs;
      return;
    case 'lease_ended':
      tenant.request = null;
      return;
    case 'stale_epoch':
      fence(state);
      return;
    case 'refused':
      tenant.request = null;
      tenant.refusedByLedger = true;
      tenant.notBeforeMs = nowMs + refusedPauseMs;
      return;
    case 'away':
      return;
  }
}

function noteInsufficient(tenant: TenantCredits, min: number, nowMs: number, forMs: number): void {
  const stillKnown = nowMs < tenant.insufficientUntilMs;
  tenant.insufficientFrom = stillKnown ? Math.min(min, tenant.insufficientFrom) : min;
  tenant.insufficientUntilMs = nowMs + forMs;
  // Nothing is left to lay in a supply of.
  tenant.lowWater = 0;
}
