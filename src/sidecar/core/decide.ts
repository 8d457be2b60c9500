import { askForMore } from './acquire.ts';
import { insufficient, type UnavailableReason, unavailable } from './decision.ts';
import type { EngineState } from './engine-state.ts';
import { type Part, spendAcross } from './spend.ts';
import { holdsUnspendable, pickHead, spendable, type TenantCredits } from './tenant-credits.ts';
import { tenantOf } from './tenant-of.ts';

/** A round trip to the ledger and back. */
const acquiringMs = 50;
const notGrantingMs = 1_000;

export interface Spent {
  /** As of `LeaseEngine.decide`. */
  code: number;
  parts: readonly Part[];
}

/** All that the fast path does not decide: several leases, reservations, and why not. */
export function decideSlowly(state: EngineState, tenantId: string, amount: number, reserve: boolean): Spent {
  if (state.phase !== 'granting') return refuse(state, whyNotGranting(state), notGrantingMs);
  if (!state.tenants.has(tenantId) && state.tenants.size >= state.settings.tenantsMax)
    return refuse(state, 'too_many', notGrantingMs);
  const nowMs = state.deps.nowMs();
  const tenant = tenantOf(state, tenantId);
  const here = spendable(tenant, nowMs);
  if (here < amount) return askOrDeny(state, tenant, amount - here, nowMs);
  const parts = spendAcross(state, tenant, amount, nowMs, reserve);
  if (parts === null) return refuse(state, 'journal_failed', notGrantingMs);
  if (tenant.free < tenant.lowWater) askForMore(state, tenant, 0, nowMs);
  return { code: tenant.free, parts };
}

function askOrDeny(state: EngineState, tenant: TenantCredits, missing: number, nowMs: number): Spent {
  // A lease past its deadline is not where the fast path should look again and again.
  if (tenant.head !== null) pickHead(tenant, nowMs);
  const isKnown = nowMs < tenant.insufficientUntilMs && missing >= tenant.insufficientFrom;
  if (isKnown && !holdsUnspendable(tenant, nowMs)) return { code: insufficient, parts: [] };
  askForMore(state, tenant, missing, nowMs);
  if (state.link.away)
    return refuse(state, 'ledger_away', Math.max(acquiringMs, state.link.retryAtMs - nowMs));
  const pauseMs = tenant.notBeforeMs - nowMs;
  if (pauseMs <= 0) return refuse(state, 'acquiring', acquiringMs);
  return refuse(state, tenant.refusedByLedger ? 'ledger_refused' : 'leased_elsewhere', pauseMs);
}

function refuse(state: EngineState, reason: UnavailableReason, retryAfterMs: number): Spent {
  state.refusedBecause = reason;
  state.retryAfterMs = retryAfterMs;
  return { code: unavailable, parts: [] };
}

function whyNotGranting({ phase, link, registering }: EngineState): UnavailableReason {
  if (phase === 'stopped') return 'journal_failed';
  if (phase === 'draining' || phase === 'drained') return 'draining';
  if (link.away) return 'ledger_away';
  return registering ? 'registering' : 'not_registered';
}

/** Serves those who wait, in the order in which they came; the others ask for what they lack. */
export function serveWaiters(state: EngineState, tenant: TenantCredits): void {
  const waiting = tenant.waiters.splice(0);
  const left = waiting.filter((waiter) => !waiter.attempt());
  state.waiting -= waiting.length - left.length;
  tenant.waiters.unshift(...left);
}
