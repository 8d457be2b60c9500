/** One credit of the model. */
export interface Credit {
  /** Index of its grant. */
  grant: number;
  at: 'available' | 'held' | 'spent' | 'expired';
}

export interface Grant {
  grantId: string;
  amount: number;
  priority: number;
  expiresAtMs: number;
}

/** In burn order. */
export interface Hold {
  credits: Credit[];
  state: 'pending' | 'committed' | 'cancelled' | 'expired';
  expiresAtMs: number;
}

/** A transaction and what of it has not been refunded, in burn order; nothing where it is no spend. */
export interface Spend {
  credits: Credit[];
}

export interface Entry {
  type: string;
  amount: number;
  /** When it became true, which is not when anybody noticed. */
  atMs: number;
  balanceAfter: number;
  /** Credits by grant id. */
  grants: Record<string, number>;
  counts: Record<Credit['at'], number>;
  /** What was left of each grant, held credits included, by id. */
  left: Record<string, number>;
}

export interface Tenant {
  isKnown: boolean;
  grants: Grant[];
  credits: Credit[];
  holds: Map<string, Hold>;
  spends: Map<string, Spend>;
  history: Entry[];
  keys: Map<string, { request: string; status: number; text: string }>;
  lastAtMs: number;
}

export function newTenant(): Tenant {
  return {
    isKnown: false,
    grants: [],
    credits: [],
    holds: new Map(),
    spends: new Map(),
    history: [],
    keys: new Map(),
    lastAtMs: Number.NEGATIVE_INFINITY,
  };
}

/** Lets everything expire that is due, in the order in which it falls due. At one moment, holds go before grants. */
export function settle(tenant: Tenant, nowMs: number): void {
  for (;;) {
    const atMs = Math.min(nextHoldMs(tenant), nextGrantMs(tenant));
    if (atMs > nowMs) return;
    tenant.lastAtMs = Math.max(tenant.lastAtMs, atMs);
    for (const hold of tenant.holds.values()) {
      if (hold.state !== 'pending' || hold.expiresAtMs > tenant.lastAtMs) continue;
      hold.state = 'expired';
      for (const credit of hold.credits) credit.at = 'available';
      record(tenant, 'hold_expired', hold.credits);
    }
    for (const [index, { expiresAtMs }] of tenant.grants.entries()) {
      if (expiresAtMs > tenant.lastAtMs) continue;
      const due = tenant.credits.filter(({ grant, at }) => grant === index && at === 'available');
      for (const credit of due) credit.at = 'expired';
      if (due.length > 0) record(tenant, 'expired', due);
    }
  }
}

function nextHoldMs({ holds }: Tenant): number {
  const pending = [...holds.values()].filter(({ state }) => state === 'pending');
  return Math.min(...pending.map(({ expiresAtMs }) => expiresAtMs));
}

function nextGrantMs({ grants, credits }: Tenant): number {
  const spendable = new Set(credits.filter(({ at }) => at === 'available').map(({ grant }) => grant));
  return Math.min(...[...spendable].map((index) => grants[index]!.expiresAtMs));
}

/** Writes down that `credits` have just moved. */
export function record(tenant: Tenant, type: string, credits: readonly Credit[]): void {
  const { counts, balance } = standing(tenant);
  const left = tenant.credits.filter(({ at }) => at === 'available' || at === 'held');
  tenant.history.push({
    type,
    amount: credits.length,
    atMs: tenant.lastAtMs,
    balanceAfter: balance,
    grants: amountsByGrant(tenant, credits),
    counts,
    left: amountsByGrant(tenant, left),
  });
}

export function standing({ credits }: Tenant) {
  const counts = { available: 0, held: 0, spent: 0, expired: 0 };
  for (const { at } of credits) counts[at]++;
  return { counts, balance: counts.available + counts.held };
}

function amountsByGrant(tenant: Tenant, credits: readonly Credit[]): Record<string, number> {
  const amounts: Record<string, number> = {};
  for (const { grant } of credits) {
    const { grantId } = tenant.grants[grant]!;
    amounts[grantId] = (amounts[grantId] ?? 0) + 1;
  }
  return amounts;
}
