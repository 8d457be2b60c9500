import type { Grant } from './entities.ts';

/** What decides when a grant burns. */
export type Rank = Pick<Grant, 'priority' | 'expiresAtMs' | 'number'>;

/** Lower priority first, then earlier expiry (none last), then the older. */
export function compareRank(a: Rank, b: Rank): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.expiresAtMs !== b.expiresAtMs) return a.expiresAtMs < b.expiresAtMs ? -1 : 1;
  return a.number - b.number;
}

/** Where `rank` belongs in `ordered`: the first place whose grant does not burn before it. */
export function placeOf(ordered: readonly Rank[], rank: Rank): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareRank(ordered[middle]!, rank) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
