/** A tenant's credits at a moment, as statements of `sql/` answer them. */
export interface BalanceFacts {
  available: number;
  held: number;
  leased: number;
  spent: number;
  /** All that was ever granted. */
  issued: number;
  /** The number of the last transfer. */
  version: number;
  liveGrants: number;
  /** JSON objects with commas between them; null where there is none. */
  grants: string | null;
}

/**
 * Grants listed at most. One takes about 130 bytes, so an answer stays below 1 MiB, the size of request we accept
 * ourselves. Of those that are left out `grants_omitted` says how many; the sums always cover all.
 */
export const grantsListedMax = 5_000;

/** The answer of `GET /credits/balance/:tenant_id`, made once and kept as text. */
export function balanceText(tenantId: string, facts: BalanceFacts): string {
  const { available, held } = facts;
  const omitted = facts.liveGrants - Math.min(facts.liveGrants, grantsListedMax);
  return (
    `{"tenant_id":${JSON.stringify(tenantId)},"balance":${available + held},"reserved_funds":${held},` +
    `"available":${available},"leased":${facts.leased},"total_spent":${facts.spent},` +
    `"total_purchased":${facts.issued},"version":${facts.version},"grants":[${facts.grants ?? ''}]` +
    `${omitted > 0 ? `,"grants_omitted":${omitted}` : ''}}`
  );
}
