import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Guard } from '../../platform/resilience/guard.ts';
import type { CachedBalance } from './local-tier.ts';
import { encodeVersions, raise, type Versions } from './message.ts';

export interface SharedBalance extends CachedBalance {
  /** Milliseconds for which Redis would keep it still. */
  validMs: number;
}

export interface SharedTierDeps {
  redis: Redis;
  /** Bounds each call and stops calling a Redis that keeps failing. */
  guard: Guard;
  /** What keys begin with: environments and databases that share a Redis must not share balances. */
  prefix: () => Promise<string>;
  now: () => number;
}

/** Half a minute in the process that reads it and this: a balance that nobody writes is read from PostgreSQL that often. */
const ttlMs = 60_000;
/** Redis is single-threaded: a larger text would hold up everybody's commands. It is some 500 grants. */
const textLengthMax = 65_536;
/** Tenants a call marks at most, some 100 µs of Redis's time. */
const batchMax = 500;
/** Tenants to be marked; past it Redis is not read until nothing old can be left in it. */
const owedMax = 100_000;

type WithScripts = Redis & {
  putBalance(key: string, version: number, ttlMs: number, value: string): Promise<number>;
  invalidateBalances(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<number>;
};

/** The name of the channel on which processes tell each other, within the prefix. */
export const channelOf = (prefix: string) => `${prefix}:outdated`;
/** Where a tenant's balance stands, as `<version>|<text>`. */
export const keyOf = (prefix: string, tenantId: string) => `${prefix}:${tenantId}`;

/**
 * L2: balances that processes share in Redis. It never makes a read fail: without an answer it knows nothing. What it
 * could not be told to forget is remembered here as owed, not read from it, and told later.
 */
export class SharedTier {
  readonly #deps: SharedTierDeps;
  readonly #redis: WithScripts;
  #owed: Versions = new Map();
  #unreadUntilMs = -Infinity;

  constructor(deps: SharedTierDeps) {
    this.#deps = deps;
    const lua = (name: string) => readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
    deps.redis.defineCommand('putBalance', { numberOfKeys: 1, lua: lua('put-balance') });
    deps.redis.defineCommand('invalidateBalances', { lua: lua('invalidate-balances') });
    this.#redis = deps.redis as WithScripts;
  }

  async get(tenantId: string): Promise<SharedBalance | null> {
    if (this.#isUnread()) return null;
    // Looked up first: Redis may answer this before it is told, and the debt be gone when the answer is here.
    const owed = this.#owed.get(tenantId) ?? 0;
    const reply = await this.#attempt(async (prefix) => {
      const key = keyOf(prefix, tenantId);
      const replies = (await this.#redis.pipeline().get(key).pttl(key).exec()) ?? [];
      return replies.map(([error, value]) => {
        if (error !== null) throw error;
        return value;
      }) as [string | null, number];
    });
    const found = reply === null ? null : parseValue(reply[0]);
    if (reply === null || found === null || found.version < owed) return null;
    return { ...found, validMs: reply[1] };
  }

  /** @param validMs for how long it is true from now. */
  async put(tenantId: string, { text, version }: CachedBalance, validMs: number): Promise<void> {
    const livesMs = Math.floor(Math.min(validMs, ttlMs));
    if (livesMs < 1 || text.length > textLengthMax) return;
    await this.#attempt((prefix) =>
      this.#redis.putBalance(keyOf(prefix, tenantId), version, livesMs, `${version}|${text}`),
    );
  }

  /** Redis is to forget what is older; until `settle` it is not believed. */
  owe(tenantId: string, version: number): void {
    raise(this.#owed, tenantId, version);
    if (this.#owed.size <= owedMax) return;
    this.#owed = new Map();
    this.#unreadUntilMs = this.#deps.now() + ttlMs;
  }

  /** Tells Redis, and through it every process, what is outdated. @returns false when it could not be told all. */
  async settle(): Promise<boolean> {
    const owed = [...this.#owed];
    for (let at = 0; at < owed.length; at += batchMax) {
      const batch: Versions = new Map(owed.slice(at, at + batchMax));
      const told = await this.#attempt((prefix) => this.#invalidate(prefix, batch));
      if (told === null) return false;
      for (const [tenantId, version] of batch) {
        if (this.#owed.get(tenantId) === version) this.#owed.delete(tenantId);
      }
    }
    return !this.#isUnread();
  }

  #isUnread(): boolean {
    return this.#deps.now() < this.#unreadUntilMs;
  }

  #invalidate(prefix: string, batch: Versions): Promise<number> {
    const keys = [...batch.keys()].map((tenantId) => keyOf(prefix, tenantId));
    const message = encodeVersions(batch).join('');
    return this.#redis.invalidateBalances(
      keys.length,
      ...keys,
      channelOf(prefix),
      message,
      ttlMs,
      ...batch.values(),
    );
  }

  async #attempt<T>(work: (prefix: string) => Promise<T>): Promise<T | null> {
    try {
      const prefix = await this.#deps.prefix();
      return await this.#deps.guard.run(() => work(prefix));
    } catch {
      return null; // the guard counts it, and the connection logs that Redis is away
    }
  }
}

/** @returns null where there is nothing, or only a mark that what was there is outdated. */
export function parseValue(value: string | null): CachedBalance | null {
  const bar = value === null ? -1 : value.indexOf('|');
  if (value === null || bar < 1 || bar === value.length - 1) return null;
  return { version: Number(value.slice(0, bar)), text: value.slice(bar + 1) };
}
