import type { TenantCredits } from './tenant-credits.ts';

export interface HeldLeaseInit {
  leaseId: string;
  tenant: TenantCredits;
  amount: number;
  /** -1: it was never spent from, so the journal need not know it. */
  slot: number;
  epoch: number;
  used: number;
  watermark: number;
  deadlineMs: number;
  refreshMs: number;
  nextSettleMs: number;
}

/** A lease as its holder knows it: settled ≤ used − reserved ≤ used ≤ watermark ≤ amount. */
export class HeldLease {
  readonly leaseId: string;
  readonly tenant: TenantCredits;
  readonly amount: number;
  slot: number;
  epoch: number;
  /**
   * The epoch at which it may have been handed on to this holder in an answer that was lost, where what is said at the former
   * one ends nothing; null: there is none.
   */
  laterEpoch: number | null = null;
  /** Spent, and reserved. */
  used: number;
  /** Of what is used, what open reservations may still give back. */
  reserved = 0;
  watermark: number;
  /** From here on it is not spent from, until a settlement renews it. */
  deadlineMs: number;
  refreshMs: number;
  nextSettleMs: number;
  /** `ending`: never spent from again; it waits for the ledger to take it back. */
  phase: 'open' | 'ending' | 'over' = 'open';

  constructor(init: HeldLeaseInit) {
    this.leaseId = init.leaseId;
    this.tenant = init.tenant;
    this.amount = init.amount;
    this.slot = init.slot;
    this.epoch = init.epoch;
    this.used = init.used;
    this.watermark = init.watermark;
    this.deadlineMs = init.deadlineMs;
    this.refreshMs = init.refreshMs;
    this.nextSettleMs = init.nextSettleMs;
  }
}
