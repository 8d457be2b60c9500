import { betaQuantile } from './beta-quantile.ts';
import type { BetaShape } from './beta-shape.ts';

/** The equal-tailed credible interval: as much of the posterior below it as above. @param mass such as 0.95 */
export function equalTailedInterval(shape: BetaShape, mass = 0.95): [number, number] {
  return [betaQuantile((1 - mass) / 2, shape), betaQuantile((1 + mass) / 2, shape)];
}

/**
 * The highest-density interval, the shortest one that holds `mass`: its ends have the same density (Chen and Shao,
 * Journal of Computational and Graphical Statistics 8:69, 1999). Where the density is monotone it begins or ends at the
 * bound; where both shapes are below 1 the densest set is two pieces, and null is answered.
 */
export function highestDensityInterval(shape: BetaShape, mass = 0.95): [number, number] | null {
  const { alpha, beta } = shape;
  if (alpha <= 1 && beta <= 1) return null;
  if (alpha <= 1) return [0, betaQuantile(mass, shape)];
  if (beta <= 1) return [betaQuantile(1 - mass, shape), 1];
  const logDensity = (x: number) => (alpha - 1) * Math.log(x) + (beta - 1) * Math.log1p(-x);
  let low = 0;
  let high = 1 - mass;
  let interval: [number, number] = equalTailedInterval(shape, mass);
  // As more is left out below, the left end climbs and the right one descends: one crossing, found by halving.
  for (let round = 0; round < 48; round++) {
    const below = (low + high) / 2;
    interval = [betaQuantile(below, shape), betaQuantile(below + mass, shape)];
    if (logDensity(interval[0]) < logDensity(interval[1])) low = below;
    else high = below;
  }
  return interval;
}
