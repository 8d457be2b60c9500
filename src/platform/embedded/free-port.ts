import { createServer } from 'node:net';

/** Asks the system for a TCP port nobody uses; `preferred` is taken when it is free. */
export async function freePort(preferred = 0, host = '127.0.0.1'): Promise<number> {
  const port = await tryPort(preferred, host);
  if (port !== undefined) return port;
  const any = await tryPort(0, host);
  if (any === undefined) throw new Error(`No free TCP port on ${host}.`);
  return any;
}

/** The port that was bound and released again, or `undefined` where it is in use or not ours to take. */
export function tryPort(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}
