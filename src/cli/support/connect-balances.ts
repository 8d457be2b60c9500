import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { BalanceCache } from '../../ledger/cache/balance-cache.ts';
import { countCacheMismatches } from '../../ledger/cache/count-mismatches.ts';
import { cachePrefix, createBalanceCache } from '../../ledger/cache/create-balance-cache.ts';
import { preloadBusiest } from '../../ledger/cache/preload.ts';
import { watchBalances } from '../../ledger/cache/watch-balances.ts';
import type { Ledger } from '../../ledger/engine/create-ledger.ts';
import { readBalance } from '../../ledger/reads/read-balance.ts';
import type { Config } from '../../platform/config/load.ts';
import type { Lifecycle } from '../../platform/lifecycle/lifecycle.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { Breakers } from '../../platform/resilience/breakers.ts';

export interface ConnectBalancesDeps {
  pool: Pool;
  redis: Redis | undefined;
  ledger: Ledger;
  breakers: Breakers;
  metrics: Metrics;
  log: Logger;
  lifecycle: Lifecycle;
}

/** The balances that a process answers with, told of whatever its ledger commits. */
export function connectBalances(config: Config, deps: ConnectBalancesDeps): BalanceCache {
  const cache = announceCommits(config, deps);
  const unwatch = watchBalances(cache, deps.metrics, config.metricsTenants);
  deps.lifecycle.onStop({ name: 'balance gauges', phase: 'stop-accepting', run: unwatch });
  return cache;
}

/** For a process that only writes, such as a worker that posts expiries: others hear of it. */
export function announceCommits(config: Config, deps: ConnectBalancesDeps): BalanceCache {
  const { pool, ledger, lifecycle } = deps;
  const { cache, close } = createBalanceCache({ ...deps, config, load: (id) => readBalance(pool, id) });
  ledger.onCommitted((accounts) => cache.wrote(accounts));
  lifecycle.onStop({
    name: 'balance cache',
    phase: 'flush',
    run: async () => {
      // Its last commits are to be announced too.
      await ledger.close();
      await close();
    },
  });
  return cache;
}

/** What reconciliation asks of the shared cache; undefined where there is none. */
export function mismatchCounter(
  config: Config,
  { pool, redis }: Pick<ConnectBalancesDeps, 'pool' | 'redis'>,
): (() => Promise<number>) | undefined {
  if (redis === undefined) return undefined;
  const prefix = cachePrefix(pool, config.redisKeyPrefix);
  return async () => countCacheMismatches(redis, await prefix(), (id) => readBalance(pool, id));
}

/** In the background: a process answers before its caches are warm. */
export function preloadBalances(
  config: Config,
  {
    pool,
    balances,
    log,
    stopping,
  }: { pool: Pool; balances: BalanceCache; log: Logger; stopping: AbortSignal },
): void {
  if (config.preloadTenants === 0) return;
  preloadBusiest(pool, balances, config.preloadTenants, stopping).then(
    (tenants) => log.info({ tenants }, 'balances of the busiest tenants are loaded'),
    (err) => {
      if (!stopping.aborted) log.warn({ err }, 'could not load balances ahead');
    },
  );
}
