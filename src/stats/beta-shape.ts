/** Shapes of a Beta distribution: successes and failures, each with the prior's share. */
export interface BetaShape {
  alpha: number;
  beta: number;
}

/**
 * What the routines here were tested with. Below, a density's tail in log-odds is thousands of units long and takes
 * milliseconds to walk; above, nothing is known about their accuracy.
 */
export const shapeMin = 1e-3;
export const shapeMax = 1e7;

/** Posterior of a Bernoulli rate after `successes` of `trials`. */
export function posterior(successes: number, trials: number, prior: BetaShape): BetaShape {
  return { alpha: prior.alpha + successes, beta: prior.beta + trials - successes };
}

export const betaMean = ({ alpha, beta }: BetaShape): number => alpha / (alpha + beta);

/** @throws RangeError when a shape is no number within `shapeMin` and `shapeMax`. */
export function assertShape({ alpha, beta }: BetaShape): void {
  if (alpha >= shapeMin && alpha <= shapeMax && beta >= shapeMin && beta <= shapeMax) return;
  throw new RangeError(`Beta(${alpha}, ${beta}): shapes must lie in [${shapeMin}, ${shapeMax}]`);
}
