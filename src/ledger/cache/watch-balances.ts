import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { BalanceCache } from './balance-cache.ts';

/** About how often Prometheus scrapes. */
const intervalMs = 10_000;

/**
 * Keeps `credits_balance_current` for the tenants that were configured, and only for those: a series for each tenant
 * would be without bound. They are read through the caches; one that cannot be read keeps its last value.
 *
 * @returns a function that ends it.
 */
export function watchBalances(cache: BalanceCache, metrics: Metrics, tenants: readonly string[]): () => void {
  const gauge = metrics.gauge('credits_balance_current');
  const look = async (tenantId: string) => {
    const balance = await cache.read(tenantId);
    if (balance === null) return gauge.remove({ tenant_id: tenantId });
    const { available } = JSON.parse(balance.text) as { available: number };
    gauge.set({ tenant_id: tenantId }, available);
  };
  const lookAtAll = () => {
    for (const tenantId of tenants) look(tenantId).catch(() => {});
  };
  if (tenants.length === 0) return () => {};
  lookAtAll();
  const timer = setInterval(lookAtAll, intervalMs);
  return () => clearInterval(timer);
}
