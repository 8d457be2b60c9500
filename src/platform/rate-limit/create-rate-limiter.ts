import type { Redis } from 'ioredis';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Breakers } from '../resilience/breakers.ts';
import { LocalBuckets } from './local-buckets.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { createSharedBuckets } from './shared-buckets.ts';

export interface RateLimiterDeps {
  /** Without it each process counts for itself. */
  redis?: Redis | undefined;
  /** A decision waits no longer than this for Redis. */
  redisTimeoutMs: number;
  metrics: Metrics;
  breakers: Breakers;
  log: Logger;
  clock: () => number;
}

export function createRateLimiter(deps: RateLimiterDeps): RateLimiter {
  const fallback = new LocalBuckets(deps.clock);
  if (deps.redis === undefined) return fallback;
  const guard = deps.breakers.guard({
    name: 'rate-limit',
    timeoutMs: deps.redisTimeoutMs,
    // Few, since each failure made a request wait for the timeout.
    failuresMax: 5,
    openMs: 5_000,
  });
  return createSharedBuckets({ redis: deps.redis, guard, fallback, metrics: deps.metrics, log: deps.log });
}
