/** A balance as the API answers it, and which transfer was the tenant's last in it. */
export interface CachedBalance {
  readonly text: string;
  readonly version: number;
}

interface Entry extends CachedBalance {
  /** Until when it holds while invalidations arrive. */
  readonly untilMs: number;
  /** The same while they may be lost. */
  readonly doubtedMs: number;
}

/** Tenants that one process commonly serves within half a minute. */
const entriesMax = 10_000;
/** 10,000 balances of one to three grants take 4 MB; one of 1,000 grants takes 130 kB, and shall not multiply by 10,000. */
const bytesMax = 64 * 1_048_576;
/** However little is written: a balance is looked up again after this long. */
const ttlMs = 30_000;
/** While an invalidation may be missed nothing is kept longer; others see a write within a second. */
const doubtedTtlMs = 800;

/** L1: balances of this process, the least recently read leaving first. Times are of one monotonic clock. */
export class LocalTier {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  /** @param isTrusted whether every invalidation arrives. */
  get(tenantId: string, nowMs: number, isTrusted: boolean): CachedBalance | undefined {
    const entry = this.#entries.get(tenantId);
    if (entry === undefined || nowMs >= (isTrusted ? entry.untilMs : entry.doubtedMs)) return undefined;
    this.#entries.delete(tenantId);
    this.#entries.set(tenantId, entry);
    return entry;
  }

  /**
   * Keeps a balance unless a newer one is there.
   *
   * @param askedMs when it was asked for: it was true at some moment after.
   * @param untilMs when something of it expires.
   */
  put(tenantId: string, { text, version }: CachedBalance, askedMs: number, untilMs: number): void {
    const known = this.#entries.get(tenantId);
    if (known !== undefined && known.version > version) return;
    this.drop(tenantId);
    this.#entries.set(tenantId, {
      text,
      version,
      untilMs: Math.min(untilMs, askedMs + ttlMs),
      doubtedMs: Math.min(untilMs, askedMs + doubtedTtlMs),
    });
    this.#bytes += text.length;
    while (this.#entries.size > entriesMax || this.#bytes > bytesMax) {
      this.drop(this.#entries.keys().next().value!);
    }
  }

  drop(tenantId: string): void {
    const entry = this.#entries.get(tenantId);
    if (entry === undefined) return;
    this.#entries.delete(tenantId);
    this.#bytes -= entry.text.length;
  }

  /** Drops what is older than `version`. */
  dropBelow(tenantId: string, version: number): void {
    const entry = this.#entries.get(tenantId);
    if (entry !== undefined && entry.version < version) this.drop(tenantId);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  get size(): number {
    return this.#entries.size;
  }
}
