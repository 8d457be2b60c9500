import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import type { AppEnv } from '../../context.ts';

/**
 * The bytes of a request's body as they arrive. Node's own stream where there is one: the web stream round it costs
 * a promise and a copy a chunk. Leaving early does not destroy it, since the answer goes out on the same socket.
 */
export function requestBytes(c: Context<AppEnv>): AsyncIterable<Uint8Array> {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  if (incoming !== undefined) return incoming.iterator({ destroyOnReturn: false });
  return c.req.raw.body ?? Readable.from([]);
}
