import type { BlockShape } from './two-sample-e-process.ts';

/** A block no longer than this waits for little, and 1:99 is one. */
const sizeMax = 100;

/**
 * The smallest block whose make-up is within half a percent of the split that is planned: 1:1 for 50/50, 19:1 for 95/5, 3:2
 * for 60/40. The e-process is valid for every make-up; one that is not quite the split leaves a few outcomes of one arm
 * waiting for ever.
 *
 * @param share of the challenger, strictly between 0 and 1.
 */
export function blockShape(share: number): BlockShape {
  const tolerance = 0.005 * Math.min(share, 1 - share);
  for (let size = 2; size <= sizeMax; size++) {
    const b = Math.min(size - 1, Math.max(1, Math.round(share * size)));
    if (Math.abs(b / size - share) <= tolerance) return { a: size - b, b };
  }
  return share < 0.5 ? { a: sizeMax - 1, b: 1 } : { a: 1, b: sizeMax - 1 };
}
