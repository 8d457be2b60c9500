import type { HealthDeps } from '../../api/context.ts';
import { createHealthApp } from '../../api/health-app.ts';
import { serveHttp } from '../../api/server.ts';
import type { Lifecycle } from '../../platform/lifecycle/lifecycle.ts';

export interface ServeHealthOptions {
  host: string;
  port: number;
  lifecycle: Lifecycle;
}

/** A scrape or a probe is a few hundred bytes; who takes longer to send them is not one. */
const requestTimeoutMs = 10_000;

/**
 * Answers `/health`, `/ready` and `/metrics` until the process has finished what it had in flight, so that what a
 * stopping process counts last can still be scraped.
 *
 * @returns the port listened on.
 */
export async function serveHealth(
  deps: Omit<HealthDeps, 'stopping'>,
  { host, port, lifecycle }: ServeHealthOptions,
): Promise<number> {
  const app = createHealthApp({ ...deps, stopping: lifecycle.stopping });
  const server = await serveHttp(app.fetch, { host, port, requestTimeoutMs });
  lifecycle.onStop({ name: 'health', phase: 'flush', run: (deadline) => server.stop(deadline) });
  return server.port;
}
