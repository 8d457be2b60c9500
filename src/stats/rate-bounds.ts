import { logExceedanceEValue } from './one-sample-e-value.ts';

/**
 * The anytime-valid lower bound of a Bernoulli rate: the largest rate that the one-sample e-value rules out with all
 * below it. P(it is ever above the true rate) ≤ α, however often one looks (the duality of e-processes and confidence
 * sequences: Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49:1055, 2021).
 *
 * @returns 0 where nothing is ruled out, as without events
 */
export function rateLowerBound(events: number, trials: number, alpha: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha is ${alpha}, expected a share between 0 and 1`);
  if (events === 0) return 0;
  const needed = Math.log(1 / alpha);
  const excess = (logLimit: number) => logExceedanceEValue(events, trials, Math.exp(logLimit)) - needed;
  // Below s / (n + 1) the e-value falls as the limit rises: d/dl of its logarithm is at most 1/(1 − l) − (s − n l)/(l (1 − l)).
  let high = Math.log(events / (trials + 1));
  let low = high - step;
  while (excess(low) < 0) {
    high = low;
    low -= step;
  }
  return Math.exp(crossing(excess, low, high));
}

/** The anytime-valid upper bound, the lower one of what did not happen; 1 where nothing is ruled out. */
export function rateUpperBound(events: number, trials: number, alpha: number): number {
  return 1 - rateLowerBound(trials - events, trials, alpha);
}

/** In log-rate: a quarter of the rate is below its bound as soon as some twenty events were seen. */
const step = Math.log(4);

/**
 * Where a falling function is 0 between two ends, by false position with Illinois' weights: seven evaluations or so,
 * where halving took thirty.
 */
function crossing(f: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [atLow, atHigh] = [f(low), f(high)];
  let kept = 0;
  for (let round = 0; round < 60 && high - low > 1e-12; round++) {
    const x = low + ((high - low) * atLow) / (atLow - atHigh);
    const atX = f(x);
    if (Math.abs(atX) < 1e-10) return x;
    // An end that is kept twice running counts half, so that it moves too.
    if (atX > 0) {
      [low, atLow] = [x, atX];
      if (kept === 1) atHigh /= 2;
      kept = 1;
    } else {
      [high, atHigh] = [x, atX];
      if (kept === -1) atLow /= 2;
      kept = -1;
    }
  }
  return low;
}
