/** The 97.5 % quantile of the standard normal distribution: a two-sided interval of 95 %. */
export const z95 = 1.959963984540054;

/**
 * Wilson's score interval of a proportion (Wilson, JASA 22:209, 1927; Brown, Cai and DasGupta, Statistical Science
 * 16:101, 2001, who recommend it for any number of trials).
 *
 * @param successes an integer, 0 … trials
 * @param z the quantile of the standard normal distribution that sets the confidence
 * @returns `[lower, upper]`, with exactly 0 and 1 at the ends where there were no successes or no failures;
 *   null without trials
 */
export function wilsonInterval(successes: number, trials: number, z: number = z95): [number, number] | null {
  if (!(successes >= 0 && successes <= trials)) {
    throw new RangeError(`wilsonInterval: ${successes} successes of ${trials} trials`);
  }
  if (trials === 0) return null;
  const failures = trials - successes;
  const zz = z * z;
  const spread = z * Math.sqrt((successes * failures) / trials + zz / 4);
  const scale = trials + zz;
  // Rounding would leave 1e-17 where the bound is 0 exactly.
  const lower = successes === 0 ? 0 : (successes + zz / 2 - spread) / scale;
  const upper = failures === 0 ? 1 : (successes + zz / 2 + spread) / scale;
  return [Math.max(0, lower), Math.min(1, upper)];
}
