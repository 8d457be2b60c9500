import type { Envelope } from '../operation.ts';
import { compareRank, placeOf, type Rank } from './burn-order.ts';
import type { Account, Balances, Grant, Hold, Lease, Spend, Transfer } from './entities.ts';

export function balancesOf(account: Balances): Balances {
  const { available, held, leased, spent, expired, unresolved } = account;
  return { available, held, leased, spent, expired, unresolved };
}

/**
 * What is known of one tenant while a batch is decided, and what the batch changes. Loading fills it; the operations in
 * `operations/` change it; `engine/write-batch.ts` writes the changes. It does no I/O.
 *
 * Grants are loaded in burn order, as many as are needed: `frontier` is how far. Others, such as those a hold returns to,
 * are loaded by name and burn only once the frontier has passed them.
 */
export class TenantBook {
  readonly account: Account;
  /** The batch's time, or that of the tenant's last transfer where the clock was set back since. */
  readonly nowMs: number;
  /** Of the last transfer; the next is not dated before it. */
  effectiveAtMs: number;
  readonly grants = new Map<string, Grant>();
  readonly holds = new Map<string, Hold>();
  readonly spends = new Map<string, Spend>();
  readonly leases = new Map<string, Lease>();
  /** The epochs of sidecars that ask for leases, by `owner/instance`. */
  readonly epochs = new Map<string, { epoch: number; bootId: string }>();

  /** Every loaded grant with something to spend, in burn order. */
  readonly spendable: Grant[] = [];
  /** The last grant up to which all spendable ones are loaded; null: none are, 'all': all are. */
  frontier: Rank | 'all' | null = null;

  /** Nothing expires before, as far as the batch knows: the row's, lowered by what the batch adds. */
  nextDueAtMs: number;

  /** Whose operation is being decided; null while due expiries are posted, which nobody asks for. */
  cause: Envelope | null = null;
  /** The accounts before the first transfer of the batch. */
  readonly before: Balances;
  readonly transfers: Transfer[] = [];
  readonly newGrants = new Set<Grant>();
  readonly changedGrants = new Set<Grant>();
  readonly newHolds = new Set<Hold>();
  readonly changedHolds = new Set<Hold>();
  readonly newLeases = new Set<Lease>();
  readonly changedLeases = new Set<Lease>();

  constructor(account: Account, batchMs: number) {
    this.account = account;
    this.nowMs = Math.max(batchMs, account.recordedAtMs);
    this.effectiveAtMs = account.recordedAtMs;
    this.nextDueAtMs = account.nextDueAtMs;
    this.before = balancesOf(account);
  }

  /** A grant as it is stored. What the batch already knows of it stands. */
  addStoredGrant(grant: Grant): void {
    if (this.grants.has(grant.grantId)) return;
    this.grants.set(grant.grantId, grant);
    if (grant.available > 0) this.#insertSpendable(grant);
  }

  addNewGrant(grant: Grant): void {
    this.grants.set(grant.grantId, grant);
    this.newGrants.add(grant);
    this.#insertSpendable(grant);
    this.expectExpiry(grant.expiresAtMs);
  }

  /** After a change to the grant's amounts. */
  touchGrant(grant: Grant, wasSpendable: boolean): void {
    if (!this.newGrants.has(grant)) this.changedGrants.add(grant);
    if (wasSpendable === grant.available > 0) return;
    if (wasSpendable) this.spendable.splice(placeOf(this.spendable, grant), 1);
    else {
      this.#insertSpendable(grant);
      this.expectExpiry(grant.expiresAtMs);
    }
  }

  addNewHold(hold: Hold): void {
    this.holds.set(hold.holdId, hold);
    this.newHolds.add(hold);
    this.expectExpiry(hold.expiresAtMs);
  }

  endHold(hold: Hold, state: Hold['state'], endedAtMs: number): void {
    hold.state = state;
    hold.endedAtMs = endedAtMs;
    if (!this.newHolds.has(hold)) this.changedHolds.add(hold);
  }

  /** Whether `grant` stands no later in burn order than everything that is not loaded. */
  isReached(grant: Grant): boolean {
    if (this.frontier === 'all') return true;
    return this.frontier !== null && compareRank(grant, this.frontier) <= 0;
  }

  expectExpiry(atMs: number): void {
    if (atMs < this.nextDueAtMs) this.nextDueAtMs = atMs;
  }

  /** Drops grants and holds that are not among those, and orders the rest anew. */
  forgetAllBut(grants: ReadonlySet<Grant>, holds: ReadonlySet<Hold>): void {
    for (const grant of this.grants.values()) if (!grants.has(grant)) this.grants.delete(grant.grantId);
    for (const hold of this.holds.values()) if (!holds.has(hold)) this.holds.delete(hold.holdId);
    const spendable = [...grants].filter((grant) => grant.available > 0).sort(compareRank);
    this.spendable.splice(0, this.spendable.length, ...spendable);
  }

  addNewLease(lease: Lease): void {
    this.leases.set(lease.leaseId, lease);
    this.newLeases.add(lease);
  }

  touchLease(lease: Lease): void {
    if (!this.newLeases.has(lease)) this.changedLeases.add(lease);
  }

  get isChanged(): boolean {
    return this.transfers.length > 0 || this.changedLeases.size > 0;
  }

  #insertSpendable(grant: Grant): void {
    this.spendable.splice(placeOf(this.spendable, grant), 0, grant);
  }
}
