import type { Pool } from 'pg';
import type { Metrics } from '../metrics/metrics.ts';

/** Reports a pool's connections and waiters at each scrape. */
export function observePool(pool: Pool, name: string, metrics: Metrics): void {
  metrics.beforeScrape(() => {
    const connections = metrics.gauge('database_pool_connections');
    connections.set({ pool: name, state: 'idle' }, pool.idleCount);
    connections.set({ pool: name, state: 'busy' }, pool.totalCount - pool.idleCount);
    metrics.gauge('database_pool_waiting').set({ pool: name }, pool.waitingCount);
  });
}
