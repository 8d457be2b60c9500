import type { LeaseView } from '../../src/sidecar/core/engine-api.ts';
import { Violation } from './violation.ts';

/** What was really done with a lease, by whomever. */
interface LeaseTruth {
  tenantId: string;
  amount: number;
  /** Answered `allowed`; open reservations count until they are cancelled. */
  used: number;
  /** Below watermarks from which later incarnations went on: counted as spent, spent by nobody. */
  stranded: number;
  /** The latest start of a process that spent of it. */
  lastSpender: number;
  /** Until when the ledger promised not to give it up, in true time. */
  expiresAtMs: number;
  finalSent: boolean;
}

/** Sees everything at once, as nobody in the system can, and compares the system with it. */
export class Truth {
  readonly leases = new Map<string, LeaseTruth>();
  readonly usedOfTenant = new Map<string, number>();
  strandedMax = 0;
  #strandedLimit: number;

  constructor(strandedLimit: number) {
    this.#strandedLimit = strandedLimit;
  }

  granted(leaseId: string, tenantId: string, amount: number, expiresAtMs: number): void {
    const known = this.leases.get(leaseId);
    if (known !== undefined) known.expiresAtMs = Math.max(known.expiresAtMs, expiresAtMs);
    else
      this.leases.set(leaseId, {
        tenantId,
        amount,
        used: 0,
        stranded: 0,
        lastSpender: 0,
        expiresAtMs,
        finalSent: false,
      });
  }

  finalSent(leaseId: string): void {
    const lease = this.leases.get(leaseId);
    if (lease !== undefined) lease.finalSent = true;
  }

  /** A process shows a lease that it was handed on: it must not count less as spent than was. */
  resumed({ leaseId, used, phase }: LeaseView): void {
    const lease = this.leases.get(leaseId);
    if (lease === undefined) return;
    const gap = used - lease.used - lease.stranded;
    if (gap < 0) throw new Violation('I3', `${leaseId} goes on at ${used}, ${lease.used} are spent of it`);
    lease.stranded += gap;
    if (phase === 'open') this.strandedMax = Math.max(this.strandedMax, gap);
    if (gap > this.#strandedLimit) throw new Violation('S3', `${gap} credits of ${leaseId} are stranded`);
  }

  /** A process spent (or released, below zero) credits of a lease, in answers it gave. */
  used(view: LeaseView, delta: number, nowMs: number, spender: number, watermarkOnDisk: number | null): void {
    const { leaseId } = view;
    const lease = this.leases.get(leaseId);
    if (lease === undefined) throw new Violation('S1', `${leaseId} was never granted and is spent`);
    lease.used += delta;
    this.usedOfTenant.set(lease.tenantId, (this.usedOfTenant.get(lease.tenantId) ?? 0) + delta);
    if (delta < 0) return;
    if (lease.used + lease.stranded > lease.amount)
      throw new Violation('S1', `${lease.used} of ${leaseId} are spent, it has ${lease.amount}`);
    if (watermarkOnDisk === null || watermarkOnDisk < view.used)
      throw new Violation(
        'I5',
        `${view.used} of ${leaseId} are allowed, the journal says ${watermarkOnDisk}`,
      );
    if (view.watermark > view.amount) throw new Violation('I3', `the watermark of ${leaseId} is beyond it`);
    if (spender < lease.lastSpender)
      throw new Violation('I6', `${leaseId} is spent by start ${spender} after start ${lease.lastSpender}`);
    lease.lastSpender = spender;
    if (nowMs > lease.expiresAtMs)
      throw new Violation('D1', `${leaseId} is spent at ${nowMs}, it expired at ${lease.expiresAtMs}`);
    if (lease.finalSent) throw new Violation('D2', `${leaseId} is spent after its final settlement was sent`);
  }
}
