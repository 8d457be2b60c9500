import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { PoolConfig } from '../../platform/database/pool.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { Breakers } from '../../platform/resilience/breakers.ts';
import { createAnnouncer } from './announcer.ts';
import { BalanceCache, type LoadedBalance } from './balance-cache.ts';
import { createInvalidations } from './invalidations.ts';
import { notifyChannel } from './listen-postgres.ts';
import { encodeVersions, type Versions } from './message.ts';
import { SharedTier } from './shared-tier.ts';
import { exportTierCounts } from './tier-counts.ts';

export interface CreateBalanceCacheDeps {
  config: PoolConfig & { redisKeyPrefix: string; redisTimeoutMs: number };
  pool: Pool;
  redis: Redis | undefined;
  breakers: Breakers;
  metrics: Metrics;
  log: Logger;
  /** L3. */
  load: (tenantId: string) => Promise<LoadedBalance | null>;
}

export interface RunningBalanceCache {
  cache: BalanceCache;
  /** Announces what is left and closes its lines. */
  close(): Promise<void>;
}

/** The tiers of this process and its lines to the others; nothing is opened before the first read or write. */
export function createBalanceCache(deps: CreateBalanceCacheDeps): RunningBalanceCache {
  const { config, pool, redis, log, metrics } = deps;
  const now = () => performance.now();
  const prefix = cachePrefix(pool, config.redisKeyPrefix);
  const shared = redis === undefined ? null : createSharedTier(deps, redis, prefix, now);
  const announcer = createAnnouncer({
    shared,
    notify: (versions) => notify(pool, versions),
    onError: (err) => log.warn({ err }, 'other processes could not be told what was written; trying again'),
  });
  const invalidations = createInvalidations({
    config,
    redis,
    prefix,
    onHeard: (versions, by) => {
      cache.heard(versions);
      if (by === 'notify') for (const [tenantId, version] of versions) announcer.heard(tenantId, version);
    },
    onGap: () => cache.clear(),
    onError: (err) =>
      log.warn({ err }, 'invalidations may be missed; balances are cached for under a second'),
  });
  const cache = new BalanceCache({
    load: deps.load,
    shared,
    announcer,
    isTrusted: () => invalidations.isTrusted(),
    now,
  });
  exportTierCounts(cache.counts, metrics);
  metrics.beforeScrape(() => metrics.gauge('credits_cache_entries').set(cache.size));
  return {
    cache,
    close: async () => {
      await Promise.all([announcer.close(), invalidations.close()]);
    },
  };
}

function createSharedTier(
  { breakers, config }: CreateBalanceCacheDeps,
  redis: Redis,
  prefix: () => Promise<string>,
  now: () => number,
): SharedTier {
  const guard = breakers.guard({
    name: 'balance-cache',
    timeoutMs: config.redisTimeoutMs,
    // Few, since each failure made a reader wait for the timeout.
    failuresMax: 5,
    openMs: 2_000,
  });
  return new SharedTier({ redis, guard, prefix, now });
}

/** The keys of this database's balances in Redis: `<prefix>:balance:<database>`; asked for once, when first needed. */
export function cachePrefix(pool: Pool, keyPrefix: string): () => Promise<string> {
  let known: Promise<string> | undefined;
  return () => {
    known ??= pool
      .query<{ identity: string }>(sql(import.meta.url, './sql/database-identity.sql'))
      .then(({ rows }) => `${keyPrefix}:balance:${rows[0]!.identity}`)
      .catch((error) => {
        known = undefined;
        throw error;
      });
    return known;
  };
}

async function notify(pool: Pool, versions: Versions): Promise<void> {
  await pool.query(sql(import.meta.url, './sql/notify.sql'), [notifyChannel, encodeVersions(versions)]);
}
