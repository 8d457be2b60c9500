import type { Redis } from 'ioredis';
import type { Line, LineEvents } from './subscription.ts';

/** Subscribes on a connection of its own, which Redis wants. */
export async function subscribeRedis(
  redis: Redis,
  channel: string,
  { onMessage, onLost }: LineEvents,
): Promise<Line> {
  const own = redis.duplicate({
    lazyConnect: true,
    autoResubscribe: false,
    retryStrategy: () => null,
    // The subscription times its pings itself.
    commandTimeout: 2_000,
  });
  own.on('error', onLost);
  own.on('close', () => onLost(new Error('the connection was closed')));
  own.on('message', (_, message) => onMessage(String(message)));
  const close = () => own.disconnect();
  try {
    await own.connect();
    await own.subscribe(channel);
  } catch (error) {
    close();
    throw error;
  }
  return { ping: () => own.ping(), close };
}
