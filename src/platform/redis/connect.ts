import { Redis } from 'ioredis';
import type { Logger } from '../log/logger.ts';

/**
 * A Redis connection for work that has another way out, such as caches and rate limits: a command fails at once while
 * Redis is away, instead of waiting for it. BullMQ makes its own connections, which wait.
 */
export function connectRedis(url: string, log: Logger, commandTimeoutMs: number): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 5_000,
    // Quick at first, for a restart; then every two seconds, so that an outage is not made worse.
    retryStrategy: (attempt) => Math.min(2_000, attempt * 100),
  });
  let isAway = false;
  redis.on('error', (error) => {
    if (!isAway) log.warn({ err: error }, 'Redis is away');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) log.info('Redis is back');
    isAway = false;
  });
  return redis;
}
