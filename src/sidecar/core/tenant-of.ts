import type { EngineState } from './engine-state.ts';
import { TenantCredits } from './tenant-credits.ts';

/** Finds the tenant or makes it. */
export function tenantOf(state: EngineState, tenantId: string): TenantCredits {
  const known = state.tenants.get(tenantId);
  if (known !== undefined) return known;
  const tenant = new TenantCredits(tenantId, state.deps.nowMs());
  state.tenants.set(tenantId, tenant);
  return tenant;
}

/** One of whom nothing is held and nobody asked for a while; it costs nothing to learn of it again. */
const forgetAfterMs = 60_000;

export function forgetTenants(state: EngineState, nowMs: number): void {
  for (const [id, tenant] of state.tenants) {
    const isIdle = nowMs - Math.max(tenant.lastSpentAtMs, tenant.notBeforeMs) > forgetAfterMs;
    const isEmpty = tenant.leases.length === 0 && tenant.waiters.length === 0;
    if (isIdle && isEmpty && !tenant.acquiring && !tenant.requestUncertain) state.tenants.delete(id);
  }
}
