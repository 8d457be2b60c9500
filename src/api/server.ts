import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { stopServer } from '../platform/lifecycle/stop-server.ts';

export interface ServerOptions {
  host: string;
  port: number;
  /** How long a client may take to send a whole request. */
  requestTimeoutMs: number;
}

export interface RunningServer {
  /** The port listened on, also where 0 was asked for. */
  readonly port: number;
  /** Takes no more connections and resolves when those there are have ended; past the deadline they are cut. */
  stop(deadline: AbortSignal): Promise<void>;
}

/** Longer than the idle timeout of common load balancers (60 s), so that they close first and no request is lost. */
const keepAliveTimeoutMs = 65_000;
/** A client that dribbles its headers holds a connection no longer than this. */
const headersTimeoutMs = 20_000;
/** While stopping, connections that became idle are closed this often. */
const closeIdleMs = 50;

type Fetch = Parameters<typeof getRequestListener>[0];

/** Listens on one port. Rejects when the port cannot be had. */
export async function serveHttp(fetch: Fetch, options: ServerOptions): Promise<RunningServer> {
  const server = createServer(
    {
      requestTimeout: options.requestTimeoutMs,
      headersTimeout: Math.min(headersTimeoutMs, options.requestTimeoutMs),
      keepAliveTimeout: keepAliveTimeoutMs,
    },
    getRequestListener(fetch, { overrideGlobalObjects: true }),
  );
  await listen(server, options);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    stop: (deadline) => stopServer(server, deadline, closeIdleMs),
  };
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
