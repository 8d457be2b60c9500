import type { BatchView } from '../shadow/batch/batch-view.ts';

/** As in `shadow/selections`, repeated here because threads know nothing of the database. */
export interface Bounds {
  windowFrom: number | null;
  windowTo: number | null;
  cutAt: number | null;
  cutOrdinal: number | null;
}

/**
 * Which samples of a batch belong to the selection.
 *
 * @returns one byte a sample, 1 = belongs; null when all do, which spares every loop a test.
 */
export function selectedSamples(view: BatchView, firstOrdinal: number, bounds: Bounds): Uint8Array | null {
  const from = bounds.windowFrom ?? Number.NEGATIVE_INFINITY;
  const to = bounds.windowTo ?? Number.POSITIVE_INFINITY;
  const cutAt = bounds.cutAt ?? Number.NEGATIVE_INFINITY;
  const cutOrdinal = bounds.cutOrdinal ?? 0;
  if (bounds.windowFrom === null && bounds.windowTo === null && bounds.cutAt === null) return null;

  const selected = new Uint8Array(view.count);
  for (let i = 0; i < view.count; i++) {
    const at = view.at[i]!;
    const inWindow = at >= from && at < to;
    const afterCut = at > cutAt || (at === cutAt && firstOrdinal + i >= cutOrdinal);
    selected[i] = inWindow && afterCut ? 1 : 0;
  }
  return selected;
}

/** How many samples of the batch the bytes of `selectedSamples` stand for. */
export function countSelected(selected: Uint8Array | null, count: number): number {
  if (selected === null) return count;
  let ones = 0;
  for (let i = 0; i < selected.length; i++) ones += selected[i]!;
  return ones;
}
