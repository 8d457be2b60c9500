import type {
  AcquireAnswer,
  AcquireRequest,
  HandedOn,
  LeaseState,
  RegisterAnswer,
  RegisterRequest,
  SettledItem,
  Settlement,
} from '../../src/sidecar/core/protocol.ts';
import type { LedgerFlaws } from './flaws.ts';
import type { Message, MessageAnswer, SimulatedLedger } from './messages.ts';

export interface ModelTenant {
  granted: number;
  available: number;
  leased: number;
  unresolved: number;
  spent: number;
}

export interface ModelLease {
  id: string;
  tenantId: string;
  instance: string;
  requestId: string;
  epoch: number;
  bootId: string;
  amount: number;
  spent: number;
  returned: number;
  state: LeaseState;
  recalled: boolean;
  expiresAtMs: number;
  endedAtMs: number;
}

interface ModelSidecar {
  epoch: number;
  incarnation: string;
  bootId: string;
  former: Set<string>;
}

export interface LedgerModelOptions {
  /** By the ledger's own clock, which may jump. */
  nowMs(): number;
  ttlMs: number;
  lostAfterMs: number;
  burnAfterMs: number;
  flaws: LedgerFlaws;
  /** Told of every grant and renewal. */
  onLease?(lease: ModelLease, how: 'granted' | 'renewed' | 'adopted'): void;
}

/**
 * The ledger's side of the protocol, written from its description in the plainest way: maps and loops, one tenant's accounts
 * as five numbers. It shares nothing with the product.
 */
export class LedgerModel implements SimulatedLedger {
  readonly tenants = new Map<string, ModelTenant>();
  readonly leases = new Map<string, ModelLease>();
  readonly sidecars = new Map<string, ModelSidecar>();
  readonly #options: LedgerModelOptions;
  #leasesMade = 0;

  constructor(options: LedgerModelOptions) {
    this.#options = options;
  }

  topUp(tenantId: string, amount: number): void {
    const tenant = this.tenants.get(tenantId) ?? {
      granted: 0,
      available: 0,
      leased: 0,
      unresolved: 0,
      spent: 0,
    };
    tenant.granted += amount;
    tenant.available += amount;
    this.tenants.set(tenantId, tenant);
  }

  handle(message: Message): MessageAnswer {
    switch (message.kind) {
      case 'register':
        return this.#register(message.instance, message.request);
      case 'acquire':
        return this.#acquire(message.instance, message.request);
      case 'settle':
        return { kind: 'answered', items: message.settlements.map((each) => this.#settle(each)) };
    }
  }

  sweep(): void {
    const { lostAfterMs, burnAfterMs, flaws } = this.#options;
    const nowMs = this.#options.nowMs();
    for (const lease of this.leases.values()) {
      if (lease.state === 'active' && lease.expiresAtMs + lostAfterMs < nowMs) {
        if (flaws.refundOnExpiry) this.#giveBack(lease, 'settled');
        else this.#lose(lease);
      } else if (lease.state === 'unresolved' && lease.endedAtMs + burnAfterMs < nowMs) {
        if (flaws.restoreInsteadOfBurn) this.#giveBack(lease, 'restored');
        else {
          this.#spendUpTo(lease, lease.amount);
          lease.state = 'burned';
        }
      }
    }
  }

  #register(instance: string, { incarnation, bootId, journal }: RegisterRequest): RegisterAnswer {
    const { flaws } = this.#options;
    let sidecar = this.sidecars.get(instance);
    if (sidecar === undefined) {
      sidecar = { epoch: 1, incarnation, bootId, former: new Set() };
      this.sidecars.set(instance, sidecar);
    } else if (sidecar.incarnation !== incarnation) {
      if (sidecar.former.has(incarnation) && !flaws.lateRegisterFences)
        return { kind: 'refused', status: 409, code: 'stale_epoch' };
      sidecar.former.add(sidecar.incarnation);
      sidecar.incarnation = incarnation;
      if (!flaws.epochStays) sidecar.epoch++;
    }
    sidecar.bootId = bootId;
    const handedOn: HandedOn[] = [];
    for (const lease of this.leases.values()) {
      if (lease.instance !== instance || (lease.state !== 'active' && lease.state !== 'unresolved')) continue;
      if (lease.state === 'active') this.#handOn(lease, sidecar, journal);
      handedOn.push({
        leaseId: lease.id,
        tenantId: lease.tenantId,
        amount: lease.amount,
        settled: lease.spent,
        state: lease.state,
        epoch: lease.epoch,
        ttlMs: this.#options.ttlMs,
      });
    }
    return { kind: 'registered', epoch: sidecar.epoch, leases: handedOn };
  }

  #handOn(lease: ModelLease, { epoch, bootId }: ModelSidecar, journal: RegisterRequest['journal']): void {
    const { flaws, ttlMs } = this.#options;
    if (lease.epoch >= epoch) return;
    const isKnown = journal.some(({ leaseId }) => leaseId === lease.id);
    const isSameBoot = lease.bootId === bootId || flaws.trustAnotherBoot;
    if ((isKnown && isSameBoot) || flaws.adoptWithoutJournal) {
      lease.epoch = epoch;
      lease.expiresAtMs = this.#options.nowMs() + ttlMs;
      this.#options.onLease?.(lease, 'adopted');
    } else this.#lose(lease);
  }

  #acquire(instance: string, { tenantId, epoch, requestId, want, min }: AcquireRequest): AcquireAnswer {
    const { flaws, ttlMs } = this.#options;
    const sidecar = this.sidecars.get(instance);
    if ((sidecar === undefined || sidecar.epoch !== epoch) && !flaws.noFencing)
      return { kind: 'stale_epoch' };
    const tenant = this.tenants.get(tenantId);
    if (tenant === undefined) return { kind: 'refused', status: 404, code: 'not_found' };
    const all = [...this.leases.values()];
    const before = all.find(
      (lease) =>
        lease.instance === instance &&
        lease.tenantId === tenantId &&
        lease.requestId === requestId &&
        // An adopted lease has a later epoch than its name.
        lease.id.includes(`~${epoch}~`),
    );
    if (before !== undefined && !flaws.acquireTwice)
      return before.state === 'active' ? this.#granted(before) : { kind: 'lease_ended' };
    const others = all.filter(
      (lease) => lease.tenantId === tenantId && lease.state === 'active' && lease.instance !== instance,
    );
    if (tenant.available < min) {
      let elsewhere = 0;
      for (const lease of others) elsewhere += lease.amount - lease.spent;
      if (tenant.available + elsewhere < min) return { kind: 'insufficient' };
      for (const lease of others) lease.recalled = true;
      return { kind: 'elsewhere', retryAfterMs: 200 };
    }
    const holders = new Set(others.map((lease) => lease.instance)).size + 1;
    const share = Math.floor(tenant.available / 2 / holders);
    const amount = Math.max(min, Math.min(want, share));
    tenant.available -= amount;
    tenant.leased += amount;
    const lease: ModelLease = {
      id: `${instance}~${epoch}~${requestId}~${this.#leasesMade++}`,
      tenantId,
      instance,
      requestId,
      epoch,
      bootId: sidecar?.bootId ?? '',
      amount,
      spent: 0,
      returned: 0,
      state: 'active',
      recalled: false,
      expiresAtMs: this.#options.nowMs() + ttlMs,
      endedAtMs: 0,
    };
    this.leases.set(lease.id, lease);
    this.#options.onLease?.(lease, 'granted');
    return this.#granted(lease);
  }

  #granted(lease: ModelLease): AcquireAnswer {
    const { ttlMs } = this.#options;
    const refreshMs = this.#refreshMs(lease.tenantId);
    return {
      kind: 'granted',
      leaseId: lease.id,
      amount: lease.amount,
      ttlMs,
      refreshMs,
      recall: lease.recalled,
      available: this.tenants.get(lease.tenantId)!.available,
    };
  }

  #refreshMs(tenantId: string): number {
    const { available, leased } = this.tenants.get(tenantId)!;
    const third = Math.floor(this.#options.ttlMs / 3);
    return Math.min(third, Math.max(200, Math.floor((third * available) / (8 * Math.max(100, leased)))));
  }

  #settle({ leaseId, epoch, cumulativeSpent, final }: Settlement): SettledItem {
    const { flaws, ttlMs } = this.#options;
    const lease = this.leases.get(leaseId);
    if (lease === undefined) return { kind: 'refused', status: 404, code: 'not_found' };
    const isFormer = epoch < lease.epoch;
    if (!flaws.noFencing && (epoch > lease.epoch || (isFormer && lease.state !== 'unresolved')))
      return { kind: 'stale_epoch' };
    if (cumulativeSpent > lease.amount) return { kind: 'refused', status: 400, code: 'invalid_request' };
    const isOpen = lease.state === 'active' || lease.state === 'unresolved' || flaws.settleAfterEnd;
    if (isOpen) {
      if (flaws.settleByAddition)
        this.#spendUpTo(lease, Math.min(lease.amount, lease.spent + cumulativeSpent));
      else if (flaws.lastSettlementWins) this.#moveSpent(lease, cumulativeSpent);
      else this.#spendUpTo(lease, cumulativeSpent);
      // What a former holder spent is not all when another went on with its lease.
      if (final && (!isFormer || flaws.formerHolderReturns)) this.#giveBack(lease, 'settled');
      else if (lease.state === 'active') {
        lease.expiresAtMs = this.#options.nowMs() + ttlMs;
        const { available, leased } = this.tenants.get(lease.tenantId)!;
        if (available >= leased) lease.recalled = false;
        this.#options.onLease?.(lease, 'renewed');
      }
    }
    const isActive = lease.state === 'active';
    return {
      kind: 'settled',
      state: lease.state,
      expiresInMs: isActive ? ttlMs : 0,
      refreshMs: this.#refreshMs(lease.tenantId),
      recall: isActive && lease.recalled,
      available: this.tenants.get(lease.tenantId)!.available,
    };
  }

  #spendUpTo(lease: ModelLease, cumulative: number): void {
    if (cumulative > lease.spent) this.#moveSpent(lease, cumulative);
  }

  #moveSpent(lease: ModelLease, cumulative: number): void {
    const tenant = this.tenants.get(lease.tenantId)!;
    const amount = cumulative - lease.spent;
    tenant.spent += amount;
    if (lease.state === 'unresolved') tenant.unresolved -= amount;
    else tenant.leased -= amount;
    lease.spent = cumulative;
  }

  #giveBack(lease: ModelLease, state: LeaseState): void {
    const tenant = this.tenants.get(lease.tenantId)!;
    const rest = lease.amount - lease.spent - lease.returned;
    if (lease.state === 'unresolved') tenant.unresolved -= rest;
    else tenant.leased -= rest;
    tenant.available += rest;
    lease.returned += rest;
    lease.state = state;
  }

  #lose(lease: ModelLease): void {
    const tenant = this.tenants.get(lease.tenantId)!;
    const rest = lease.amount - lease.spent;
    tenant.leased -= rest;
    tenant.unresolved += rest;
    lease.state = 'unresolved';
    lease.endedAtMs = this.#options.nowMs();
  }
}
