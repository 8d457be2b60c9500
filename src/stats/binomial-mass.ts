import { halfLogTwoPi, stirlingError } from './stirling-error.ts';

/**
 * ln of C(n, k) pᵏ (1 − p)ⁿ⁻ᵏ with n = successes + failures, by Loader's saddle-point expansion ("Fast and accurate
 * computation of binomial probabilities", 2000; what R's `dbinom` does). Its accuracy does not fall with n: the
 * usual form loses as many digits as n has. Real arguments are allowed, as incomplete beta functions need them.
 *
 * @param successes ≥ 0
 * @param failures ≥ 0
 * @param p strictly between 0 and 1
 */
export function logBinomialMass(successes: number, failures: number, p: number): number {
  const n = successes + failures;
  if (successes === 0) return failures * Math.log1p(-p);
  if (failures === 0) return successes * Math.log(p);
  const stirling = stirlingError(n) - stirlingError(successes) - stirlingError(failures);
  const deviances = deviance(successes, n * p) + deviance(failures, n * (1 - p));
  const root = halfLogTwoPi + 0.5 * (Math.log(successes) + Math.log1p(-successes / n));
  return stirling - deviances - root;
}

/** x ln(x/m) + m − x without its cancellation where x is near m (Loader's `bd0`). */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  const vv = v * v;
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    term *= vv;
    const next = sum + term / odd;
    // |v| ≤ 0.1: two digits a round, so ten rounds at most.
    if (next === sum) return sum;
    sum = next;
  }
}
