import type { EngineSettings } from './settings.ts';
import type { TenantCredits } from './tenant-credits.ts';

/** Shorter spans say little about a rate. */
const rollMinMs = 250;

/** Takes what was spent since the last roll into the rate: an exponentially weighted average over unequal spans. */
export function rollRate(tenant: TenantCredits, nowMs: number, settings: EngineSettings): void {
  const elapsedMs = nowMs - tenant.rolledAtMs;
  if (elapsedMs < rollMinMs) return;
  if (tenant.spentSinceRoll > 0) tenant.lastSpentAtMs = nowMs;
  const weight = 1 - Math.exp(-elapsedMs / settings.rateWindowMs);
  tenant.rate += (tenant.spentSinceRoll / elapsedMs - tenant.rate) * weight;
  tenant.spentSinceRoll = 0;
  tenant.rolledAtMs = nowMs;
  setLowWater(tenant, settings);
}

/**
 * Where acquiring more begins. A tenant that runs dry is not asked for more before somebody lacks it: what one holder has
 * in store, another must ask back.
 */
export function setLowWater(tenant: TenantCredits, settings: EngineSettings): void {
  tenant.lowWater = tenant.scarce ? 0 : Math.max(settings.wantMin / 4, tenant.rate * settings.prefetchMs);
}

/**
 * What a request to acquire asks for: enough for the horizon, a second's worth when the tenant runs dry (the ledger gives
 * single credits then), and always what is missing.
 *
 * @param missing for whoever lacks the least; 0: nobody lacks anything.
 */
export function leaseWant(
  tenant: TenantCredits,
  missing: number,
  settings: EngineSettings,
): { want: number; min: number } {
  const min = Math.max(1, missing);
  const supply = tenant.scarce
    ? Math.ceil(tenant.rate * 1_000)
    : Math.max(settings.wantMin, Math.ceil(tenant.rate * settings.horizonMs));
  return { min, want: Math.max(min, Math.min(supply, settings.wantMax)) };
}

/** What a holder that is asked to return credits keeps: what it will have spent before it could have them back. */
export function neededSoon(tenant: TenantCredits, settings: EngineSettings): number {
  return Math.round(tenant.rate * settings.scarceSettleMs * 2);
}
