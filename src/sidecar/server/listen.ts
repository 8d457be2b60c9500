import { chmodSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { stopServer } from '../../platform/lifecycle/stop-server.ts';
import { http } from '../node-http.ts';
import { type PlainHandler, takePlainConnections } from './plain-connections.ts';

export interface Listening {
  /** Of TCP; 0 for a socket. */
  readonly port: number;
  /** Takes no more connections and resolves when those there are have ended; past the deadline they are cut. */
  stop(deadline: AbortSignal): Promise<void>;
}

/** Connections at once. Each is some 20 kB; the container has a few dozen clients, or a proxy with its pool. */
const connectionsMax = 2_048;
/** A request is a few hundred bytes from the same machine. */
const requestTimeoutMs = 10_000;
/** Longer than a proxy keeps its own (nginx 60 s), so that none is closed under a request. */
const keepAliveTimeoutMs = 75_000;
/** While stopping, connections that became idle are closed this often. */
export const closeIdleMs = 10;

/**
 * Rejects when the address cannot be had.
 *
 * @param at a port, of one address or, without `host`, of all (IPv4 alone where a machine has no IPv6); or a socket's path.
 * @param plain answers what requests it can before `listener` is asked.
 * @param silentMaxMs longer than anything waits here: whoever does not read its answers until then is cut.
 */
export async function listen(
  listener: RequestListener,
  at: { host?: string; port: number } | { path: string },
  plain: PlainHandler | null = null,
  silentMaxMs = 80_000,
): Promise<Listening> {
  if ('path' in at) await removeStaleSocket(at.path);
  const server = http.createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
    },
    listener,
  );
  server.maxConnections = connectionsMax;
  server.setTimeout(silentMaxMs);
  // All of them: Node would leave out those after the thousandth, what the request costs among them. Their bytes are bounded.
  server.maxHeadersCount = 0;
  const connections = plain === null ? null : takePlainConnections(server, plain);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Whoever can reach the directory may spend: the containers of a pod run as different users.
  if ('path' in at) chmodSync(at.path, 0o666);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: (deadline) => {
      const closing = {
        close: (closed: () => void) => server.close(closed),
        closeIdleConnections: () => {
          connections?.closeIdle();
          server.closeIdleConnections();
        },
        closeAllConnections: () => {
          connections?.closeAll();
          server.closeAllConnections();
        },
      };
      return stopServer(closing, deadline, closeIdleMs);
    },
  };
}

/** A killed process leaves its socket file. One that somebody answers on is not taken away from them. */
async function removeStaleSocket(path: string): Promise<void> {
  const fault = await new Promise<string | null>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(null);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  if (fault === null) throw Object.assign(new Error(`cannot listen on ${path}`), { code: 'EADDRINUSE' });
  // ENOTSOCK and the like: whatever that file is, it is not ours; listening says what is wrong with it.
  if (fault === 'ECONNREFUSED') rmSync(path, { force: true });
}
