import type { Metrics } from '../../platform/metrics/metrics.ts';

/** Plain numbers, because a hit takes less time than a labelled counter. */
export interface TierCounts {
  hits: { l1: number; l2: number; l3: number };
  misses: { l1: number; l2: number };
}

export function createTierCounts(): TierCounts {
  return { hits: { l1: 0, l2: 0, l3: 0 }, misses: { l1: 0, l2: 0 } };
}

/** Hands what was counted since the last scrape to the counters. */
export function exportTierCounts(counts: TierCounts, metrics: Metrics): void {
  const seen = structuredClone(counts);
  metrics.beforeScrape(() => {
    for (const kind of ['hits', 'misses'] as const) {
      const counter = metrics.counter(`credits_cache_${kind}_total`);
      const [now, before] = [counts[kind] as Record<string, number>, seen[kind] as Record<string, number>];
      for (const tier of Object.keys(now)) {
        counter.inc({ tier }, now[tier]! - before[tier]!);
        before[tier] = now[tier]!;
      }
    }
  });
}
