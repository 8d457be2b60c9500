import { endLease } from './end-lease.ts';
import type { EngineState } from './engine-state.ts';
import type { HeldLease } from './held-lease.ts';
import { pickHead, type TenantCredits } from './tenant-credits.ts';
import { advanceWatermark } from './write-journal.ts';

/** How long a used-up lease waits for others to be settled with, unless somebody may be looking for its credits. */
const usedUpMs = 1_000;

export interface Part {
  lease: HeldLease;
  amount: number;
}

/**
 * Spends across a tenant's leases, oldest first. The caller has made sure that they hold so much.
 *
 * @param reserve the parts are open reservations, not spent for good.
 * @returns what was taken from which; null when the journal failed, and then nothing was.
 */
export function spendAcross(
  state: EngineState,
  tenant: TenantCredits,
  amount: number,
  nowMs: number,
  reserve: boolean,
): Part[] | null {
  const parts: Part[] = [];
  let missing = amount;
  for (const lease of tenant.leases) {
    if (missing === 0) break;
    if (lease.phase !== 'open' || nowMs >= lease.deadlineMs || lease.used === lease.amount) continue;
    const part = Math.min(missing, lease.amount - lease.used);
    if (lease.used + part > lease.watermark && !advanceWatermark(state, lease, part)) return null;
    parts.push({ lease, amount: part });
    missing -= part;
  }
  for (const part of parts) {
    part.lease.used += part.amount;
    if (reserve) part.lease.reserved += part.amount;
  }
  tenant.free -= amount;
  tenant.spentSinceRoll += amount;
  endUsedUp(state, tenant);
  pickHead(tenant, nowMs);
  return parts;
}

export function endUsedUp(state: EngineState, tenant: TenantCredits): void {
  const inMs = tenant.scarce ? state.settings.scarceSettleMs : usedUpMs;
  for (const lease of tenant.leases) {
    if (lease.phase === 'open' && lease.used === lease.amount && lease.reserved === 0)
      endLease(state, lease, inMs);
  }
}
