import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Guard } from '../resilience/guard.ts';
import type { BucketSize, RateLimitDecision, RateLimiter } from './rate-limiter.ts';

export interface SharedBucketsDeps {
  redis: Redis;
  /** Bounds each call and stops calling a Redis that keeps failing. */
  guard: Guard;
  /** Decides while Redis does not. */
  fallback: RateLimiter;
  metrics: Metrics;
  log: Logger;
}

type Reply = [allowed: number, remaining: number, retryAfterMs: number];
type WithScript = Redis & { takeToken(key: string, capacity: number, perSecond: number): Promise<Reply> };

/**
 * Token buckets that all processes share, in Redis by one script. Without an answer each process counts for itself:
 * limits protect the service, and refusing everybody because a cache is away would do the opposite.
 */
export function createSharedBuckets(deps: SharedBucketsDeps): RateLimiter {
  const lua = readFileSync(new URL('./take-token.lua', import.meta.url), 'utf8');
  deps.redis.defineCommand('takeToken', { numberOfKeys: 1, lua });
  const redis = deps.redis as WithScript;
  const fallbacks = deps.metrics.counter('rate_limit_fallback_total');
  let isAway = false;

  async function takeShared(id: string, size: BucketSize): Promise<RateLimitDecision> {
    try {
      const reply = await deps.guard.run(() =>
        redis.takeToken(`assay:rate:${id}`, size.capacity, size.refillPerSecond),
      );
      if (isAway) deps.log.info('rate limits are shared in Redis again');
      isAway = false;
      return { allowed: reply[0] === 1, remaining: reply[1], retryAfterMs: reply[2] };
    } catch (error) {
      fallbacks.inc();
      // Once an outage, not once a request.
      if (!isAway) deps.log.warn({ err: error }, 'Redis does not answer; rate limits count per process');
      isAway = true;
      return deps.fallback.take(id, size);
    }
  }

  return { take: takeShared };
}
