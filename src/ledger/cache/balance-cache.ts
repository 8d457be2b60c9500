import type { Announcer } from './announcer.ts';
import { type CachedBalance, LocalTier } from './local-tier.ts';
import type { Versions } from './message.ts';
import type { SharedTier } from './shared-tier.ts';
import { createTierCounts, type TierCounts } from './tier-counts.ts';

/** A balance read from PostgreSQL. */
export interface LoadedBalance extends CachedBalance {
  /** Milliseconds for which it stays true without a write; Infinity where nothing expires. */
  validMs: number;
}

export interface BalanceCacheDeps {
  /** L3. Null: there is no such tenant. */
  load: (tenantId: string) => Promise<LoadedBalance | null>;
  shared: SharedTier | null;
  announcer: Announcer;
  /** Whether every invalidation of another process arrives. */
  isTrusted: () => boolean;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** A look-up under way, which all who ask meanwhile share. */
interface Flight {
  promise: Promise<CachedBalance | null>;
  /** What it brings is kept only from this version on. */
  minVersion: number;
}

/**
 * Balances from L1 (this process), L2 (Redis) or L3 (PostgreSQL). Only for answers: no spend is ever decided from here.
 * An entry lives at most until the tenant's next expiry, and no late answer replaces a newer one.
 */
export class BalanceCache {
  readonly counts: TierCounts = createTierCounts();
  readonly #deps: BalanceCacheDeps;
  readonly #local = new LocalTier();
  readonly #flights = new Map<string, Flight>();

  constructor(deps: BalanceCacheDeps) {
    this.#deps = deps;
  }

  /** What is in L1. */
  recall(tenantId: string): CachedBalance | undefined {
    const hit = this.#local.get(tenantId, this.#deps.now(), this.#deps.isTrusted());
    if (hit !== undefined) this.counts.hits.l1 += 1;
    return hit;
  }

  /** From the first tier that has it; null: there is no such tenant. */
  read(tenantId: string): CachedBalance | Promise<CachedBalance | null> {
    const hit = this.recall(tenantId);
    if (hit !== undefined) return hit;
    this.counts.misses.l1 += 1;
    const joined = this.#flights.get(tenantId)?.promise;
    return joined ?? this.#depart(tenantId, (flight) => this.#fill(tenantId, flight, this.counts));
  }

  /** Has the balance in L1 from now on, for reads to come; counts neither a hit nor a miss, since nobody asked for it. */
  async warm(tenantId: string): Promise<void> {
    if (this.#flights.has(tenantId) || this.#local.get(tenantId, this.#deps.now(), this.#deps.isTrusted()))
      return;
    await this.#depart(tenantId, (flight) => this.#fill(tenantId, flight, createTierCounts()));
  }

  /** Past the caches, which take what is read. */
  readFresh(tenantId: string): Promise<CachedBalance | null> {
    return this.#depart(tenantId, (flight) => this.#load(tenantId, flight, this.counts));
  }

  /** This process committed: its next read sees it, and the others are told. */
  wrote(accounts: Iterable<{ tenantId: string; version: number }>): void {
    for (const { tenantId, version } of accounts) {
      this.#local.drop(tenantId);
      // Whoever asked before may get what was; whoever asks from now on shall not.
      this.#flights.delete(tenantId);
      this.#deps.announcer.wrote(tenantId, version);
    }
  }

  /** Another process committed. */
  heard(versions: Versions): void {
    for (const [tenantId, version] of versions) {
      this.#local.dropBelow(tenantId, version);
      const flight = this.#flights.get(tenantId);
      if (flight !== undefined) flight.minVersion = Math.max(flight.minVersion, version);
    }
  }

  /** Invalidations may have been missed. */
  clear(): void {
    this.#local.clear();
    this.#flights.clear();
  }

  get size(): number {
    return this.#local.size;
  }

  #depart(
    tenantId: string,
    look: (flight: Flight) => Promise<CachedBalance | null>,
  ): Promise<CachedBalance | null> {
    const flight = { minVersion: 0 } as Flight;
    flight.promise = look(flight).finally(() => {
      if (this.#flights.get(tenantId) === flight) this.#flights.delete(tenantId);
    });
    this.#flights.set(tenantId, flight);
    return flight.promise;
  }

  async #fill(tenantId: string, flight: Flight, counts: TierCounts): Promise<CachedBalance | null> {
    const { shared, now } = this.#deps;
    const askedMs = now();
    // While invalidations may be missed, Redis may hold what others could only announce by NOTIFY.
    const found = shared === null || !this.#deps.isTrusted() ? null : await shared.get(tenantId);
    if (found === null) {
      if (shared !== null) counts.misses.l2 += 1;
      return this.#load(tenantId, flight, counts);
    }
    counts.hits.l2 += 1;
    this.#keep(tenantId, flight, found, askedMs, askedMs + found.validMs);
    return found;
  }

  async #load(tenantId: string, flight: Flight, counts: TierCounts): Promise<CachedBalance | null> {
    const { shared, now } = this.#deps;
    const askedMs = now();
    const loaded = await this.#deps.load(tenantId);
    counts.hits.l3 += 1;
    if (loaded === null) return null;
    const untilMs = askedMs + loaded.validMs;
    if (this.#keep(tenantId, flight, loaded, askedMs, untilMs)) {
      void shared?.put(tenantId, loaded, untilMs - now());
    }
    return loaded;
  }

  /** @returns whether it is worth keeping: not when a write overtook it. */
  #keep(tenantId: string, flight: Flight, balance: CachedBalance, askedMs: number, untilMs: number): boolean {
    if (this.#flights.get(tenantId) !== flight || balance.version < flight.minVersion) return false;
    this.#local.put(tenantId, balance, askedMs, untilMs);
    return true;
  }
}
