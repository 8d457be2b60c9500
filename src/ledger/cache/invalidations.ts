import type { Redis } from 'ioredis';
import type { PoolConfig } from '../../platform/database/pool.ts';
import { listenPostgres } from './listen-postgres.ts';
import { decodeVersions, type Versions } from './message.ts';
import { channelOf } from './shared-tier.ts';
import { subscribeRedis } from './subscribe-redis.ts';
import { keepSubscribed, type Subscription } from './subscription.ts';

export interface InvalidationsDeps {
  config: PoolConfig;
  redis: Redis | undefined;
  prefix: () => Promise<string>;
  onHeard: (versions: Versions, by: 'redis' | 'notify') => void;
  /** Messages may have been missed. */
  onGap: () => void;
  onError: (error: unknown) => void;
}

export interface Invalidations {
  /** Whether whatever another process announces arrives here. The first call opens the lines. */
  isTrusted(): boolean;
  close(): Promise<void>;
}

/**
 * What other processes wrote. With Redis they say so there, which costs PostgreSQL nothing, and by NOTIFY when one of
 * them cannot reach it; so both lines must be open before anything is believed for longer than a moment.
 */
export function createInvalidations(deps: InvalidationsDeps): Invalidations {
  let lines: Subscription[] | null = null;
  let isClosed = false;

  function open(): Subscription[] {
    const { config, redis, prefix, onHeard, onGap: onOpen, onError } = deps;
    const listening = keepSubscribed({
      open: (events) => listenPostgres(config, events),
      onMessage: (message) => onHeard(decodeVersions(message), 'notify'),
      onOpen,
      onError,
    });
    if (redis === undefined) return [listening];
    const subscribed = keepSubscribed({
      open: async (events) => subscribeRedis(redis, channelOf(await prefix()), events),
      onMessage: (message) => onHeard(decodeVersions(message), 'redis'),
      onOpen,
      onError,
    });
    return [listening, subscribed];
  }

  return {
    isTrusted: () => {
      if (isClosed) return false;
      lines ??= open();
      for (const line of lines) if (!line.isLive) return false;
      return true;
    },
    close: async () => {
      isClosed = true;
      await Promise.all((lines ?? []).map((line) => line.close()));
    },
  };
}
