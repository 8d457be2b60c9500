export interface LeaseSizing {
  want: number;
  min: number;
  available: number;
  /** Who has leases of the tenant, the one that asks included. */
  holders: number;
}

/**
 * How much is leased: what is wanted, at most a holder's share of half of what is left, at least `min`. Half stays for whoever
 * comes next, so shares shrink as the tenant runs dry, down to single credits.
 */
export function leaseSize({ want, min, available, holders }: LeaseSizing): number {
  const share = Math.floor(available / (2 * holders));
  return Math.min(available, Math.max(min, Math.min(want, share)));
}
