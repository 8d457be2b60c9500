import { logExceedanceEValue } from './one-sample-e-value.ts';

/**
 * The anytime-valid lower bound of a Bernoulli rate: the largest rate that the one-sample e-value rules out with all
 * below it. P(it is ever above the true rate) ≤ α, however often one looks (the duality of e-processes and confidence
 * sequences: Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49:1055, 2021).
 *
 * @returns 0 where nothing is ruled out, as without trials
 */
export function rateLowerBound(events: number, trials: number, alpha: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha is ${alpha}, expected a share between 0 and 1`);
  if (events === 0) return 0;
  const needed = Math.log(1 / alpha);
  // Below s / (n + 1) the e-value falls as the limit rises: d/dl of its logarithm is at most 1/(1 − l) − (s − n l)/(l (1 − l)).
  let high = events / (trials + 1);
  let low = 0;
  // Thirty halvings leave 1e-9 of the rate, far less than a decision can turn on.
  for (let round = 0; round < 30; round++) {
    const middle = (low + high) / 2;
    if (logExceedanceEValue(events, trials, middle) >= needed) low = middle;
    else high = middle;
  }
  return low;
}

/** The anytime-valid upper bound, the lower one of what did not happen; 1 where nothing is ruled out. */
export function rateUpperBound(events: number, trials: number, alpha: number): number {
  return 1 - rateLowerBound(trials - events, trials, alpha);
}
