import type { TenantNews } from './protocol.ts';
import type { EngineSettings } from './settings.ts';
import type { TenantCredits } from './tenant-credits.ts';

/** So many supplies like this holder's are plenty: of how many holders there are it knows nothing. */
const plenty = 8;
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
 * Where acquiring more begins. Of a tenant of which only a few supplies are left nothing is laid in before somebody lacks it:
 * what one holder has in store, another must ask back.
 */
export function setLowWater(tenant: TenantCredits, settings: EngineSettings): void {
  const isPlenty = !tenant.scarce && tenant.available >= plenty * usualSupply(tenant, settings);
  tenant.lowWater = isPlenty ? Math.max(settings.wantMin / 4, tenant.rate * settings.prefetchMs) : 0;
}

function usualSupply({ rate }: TenantCredits, { wantMin, horizonMs }: EngineSettings): number {
  return Math.max(wantMin, Math.ceil(rate * horizonMs));
}

/** A tenant runs dry when others lack credits; until there is plenty again. */
export function noteNews(
  tenant: TenantCredits,
  { recall, available = Number.POSITIVE_INFINITY }: TenantNews,
  settings: EngineSettings,
): void {
  tenant.available = available;
  if (recall) tenant.scarce = true;
  else if (available >= plenty * usualSupply(tenant, settings)) tenant.scarce = false;
  setLowWater(tenant, settings);
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
  const supply = tenant.scarce ? Math.ceil(tenant.rate * 1_000) : usualSupply(tenant, settings);
  return { min, want: Math.max(min, Math.min(supply, settings.wantMax)) };
}

/**
 * What a holder that is asked to return credits keeps: what it will have spent by its next settlement. Whole credits, rounded
 * down: somebody waits for the last one, and here nobody does yet.
 */
export function neededSoon(tenant: TenantCredits, settings: EngineSettings): number {
  return Math.floor(tenant.rate * settings.scarceSettleMs);
}
