import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { createRateLimiter } from '../../src/platform/rate-limit/create-rate-limiter.ts';
import { connectRedis } from '../../src/platform/redis/connect.ts';
import { createBreakers } from '../../src/platform/resilience/breakers.ts';
import { redisUrl } from '../support/redis.ts';

const log = createLogger({ logLevel: 'silent' }, 'test');
const size = { capacity: 10, refillPerSecond: 1 };

function limiterOn(redis: Redis, metrics = createMetrics()) {
  const breakers = createBreakers(metrics);
  return createRateLimiter({ redis, redisTimeoutMs: 1_000, metrics, breakers, log, clock: Date.now });
}

describe.skipIf(redisUrl() === undefined)('rate limits on Redis', () => {
  let first: Redis;
  let second: Redis;
  beforeAll(async () => {
    first = connectRedis(redisUrl()!, log, 1_000);
    second = connectRedis(redisUrl()!, log, 1_000);
    await Promise.all([first, second].map((redis) => new Promise((resolve) => redis.once('ready', resolve))));
  });
  afterAll(() => {
    first.disconnect();
    second.disconnect();
  });

  test('are shared by processes: together they let through one bucket', async () => {
    const id = randomUUID();
    const limiters = [limiterOn(first), limiterOn(second)];
    const decisions = await Promise.all(
      Array.from({ length: 40 }, (_, i) => limiters[i % 2]!.take(id, size)),
    );
    expect(decisions.filter((decision) => decision.allowed)).toHaveLength(size.capacity);
    const refused = decisions.find((decision) => !decision.allowed)!;
    expect(refused.remaining).toBe(0);
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(1_000);
  });

  test('forget a bucket once it would be full', async () => {
    const id = randomUUID();
    await limiterOn(first).take(id, size);
    const ttlMs = await first.pttl(`assay:rate:${id}`);
    expect(ttlMs).toBeGreaterThan(1_000);
    expect(ttlMs).toBeLessThanOrEqual(2_000);
  });
});

describe('rate limits on a Redis that is away', () => {
  test('count per process, and say so in the metrics', async () => {
    const redis = connectRedis('redis://127.0.0.1:1', log, 1_000);
    try {
      const metrics = createMetrics();
      const limiter = limiterOn(redis, metrics);
      const decisions = [];
      for (let i = 0; i < 12; i++) decisions.push(await limiter.take('k', size));
      expect(decisions.filter((decision) => decision.allowed)).toHaveLength(size.capacity);
      const text = await metrics.text();
      expect(text).toContain('rate_limit_fallback_total 12');
      expect(text).toContain('circuit_breaker_state{breaker="rate-limit"} 2');
    } finally {
      redis.disconnect();
    }
  });
});
