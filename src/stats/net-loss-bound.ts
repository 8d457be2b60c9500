import { z95 } from './wilson.ts';

/** How two decisions on the same subjects differ. */
export interface NetLossCounts {
  /** Subjects only the old decision got right. */
  losses: number;
  /** Subjects only the new decision got right. */
  gains: number;
  /** All subjects, those treated alike included. */
  total: number;
}

/**
 * The upper end of the score interval of the net loss, (losses − gains) / total: Wilson's bound carried over to the
 * difference of paired proportions (Tango, Statistics in Medicine 17:891, 1998). Without gains it *is* Wilson's upper
 * bound of losses / total. Wilson's bound of max(0, losses − gains) would not do: 500 losses and 500 gains of 1,000
 * would seem as safe as no disagreement at all.
 *
 * @returns a share, −1 … 1, negative where a net gain is established; null without subjects
 */
export function netLossUpperBound(counts: NetLossCounts, z: number = z95): number | null {
  const { losses, gains, total } = counts;
  if (total === 0) return null;
  if (losses + gains > total)
    throw new RangeError(`${losses} losses and ${gains} gains of ${total} subjects`);
  const net = losses - gains;
  let below = net / total;
  let above = 1;
  // Halving the interval 53 times leaves nothing of it to halve.
  for (let round = 0; round < 53; round++) {
    const middle = (below + above) / 2;
    const distance = total * middle - net;
    if (distance * distance < z * z * varianceAt(middle, counts)) below = middle;
    else above = middle;
  }
  return above;
}

/** Variance of losses − gains when the true net loss is `delta`: 2q + δ − δ², q the constrained estimate of gains. */
function varianceAt(delta: number, { losses, gains, total }: NetLossCounts): number {
  const linear = (2 * total + gains - losses) * delta - losses - gains;
  const constant = -gains * delta * (1 - delta);
  const root = Math.sqrt(Math.max(0, linear * linear - 8 * total * constant));
  const gainShare = Math.max(0, (root - linear) / (4 * total));
  return total * (2 * gainShare + delta * (1 - delta));
}
