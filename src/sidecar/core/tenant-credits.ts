import type { HeldLease } from './held-lease.ts';

/** Somebody who waits for credits of the tenant. */
export interface Waiter {
  deadlineMs: number;
  /** @returns whether it has its answer now. */
  attempt(): boolean;
  /** It is not served in time, or not at all. */
  giveUp(): void;
}

/** What a holder knows and has of one tenant. */
export class TenantCredits {
  readonly tenantId: string;
  /** Those that are not over, oldest first. */
  readonly leases: HeldLease[] = [];
  /** Where the fast path spends; null: it has to look further. */
  head: HeldLease | null = null;
  /** Over the open leases. */
  free = 0;
  /** More is acquired when less is free. */
  lowWater = 0;
  /** Credits a millisecond, a moving average. */
  rate = 0;
  spentSinceRoll = 0;
  rolledAtMs: number;
  lastSpentAtMs: number;
  /** The last lease was smaller than wanted, or others lack credits: the tenant runs dry. */
  scarce = false;
  /** What nobody had leased when the ledger spoke of it last. */
  available = Number.POSITIVE_INFINITY;
  /** The smallest amount that was missing for somebody since the last request; 0: nobody lacked anything. */
  missing = 0;
  /** The name of a request, kept until it is granted: a copy of it may be granted late. */
  request: { id: string; sentAtMs: number; want: number; min: number } | null = null;
  /** It was sent and its answer was lost: the same must be asked again. */
  requestUncertain = false;
  acquiring = false;
  /** Not asked before: others were asked to return some, or the ledger refused. */
  notBeforeMs = 0;
  refusedByLedger = false;
  /** So much or more the tenant has nowhere, until then. */
  insufficientFrom = Number.POSITIVE_INFINITY;
  insufficientUntilMs = 0;
  readonly waiters: Waiter[] = [];

  constructor(tenantId: string, nowMs: number) {
    this.tenantId = tenantId;
    this.rolledAtMs = nowMs;
    this.lastSpentAtMs = nowMs;
  }
}

/** Spendable at this moment. */
export function spendable(tenant: TenantCredits, nowMs: number): number {
  let sum = 0;
  for (const lease of tenant.leases) {
    if (lease.phase === 'open' && nowMs < lease.deadlineMs) sum += lease.amount - lease.used;
  }
  return sum;
}

/** Whether credits of the tenant are here that cannot be spent now: a 402 of the ledger does not speak of them. */
export function holdsUnspendable(tenant: TenantCredits, nowMs: number): boolean {
  return tenant.leases.some(
    (lease) => lease.used < lease.amount && (lease.phase !== 'open' || nowMs >= lease.deadlineMs),
  );
}

export function pickHead(tenant: TenantCredits, nowMs: number): void {
  tenant.head =
    tenant.leases.find(
      (lease) => lease.phase === 'open' && lease.used < lease.amount && nowMs < lease.deadlineMs,
    ) ?? null;
}
