import { logBinomialMass } from './binomial-mass.ts';

/**
 * ln I_x(a, b) and ln(1 − I_x(a, b)): both tails of a Beta(a, b) distribution at x. The smaller one is computed and
 * the other taken from it, so neither is lost to 1 − (1 − tiny), and neither underflows.
 *
 * @param x strictly between 0 and 1
 * @param a > 0
 * @param b > 0
 */
export function logIncompleteBeta(x: number, a: number, b: number): { lower: number; upper: number } {
  if (!(x > 0 && x < 1 && a > 0 && b > 0)) {
    throw new RangeError(`logIncompleteBeta: x = ${x}, a = ${a}, b = ${b}`);
  }
  // x^a (1 − x)^b / B(a, b)
  const front = logBinomialMass(a, b, x) + Math.log(a / (a + b)) + Math.log(b);
  if (x < (a + 1) / (a + b + 2)) {
    const lower = Math.min(0, front + Math.log(betaFraction(x, a, b) / a));
    return { lower, upper: logOneMinusExp(lower) };
  }
  const upper = Math.min(0, front + Math.log(betaFraction(1 - x, b, a) / b));
  return { lower: logOneMinusExp(upper), upper };
}

/** ln(1 − eᵗ) for t ≤ 0 (Mächler, "Accurately computing log(1 − exp(−|a|))", 2012). */
function logOneMinusExp(t: number): number {
  return t > -Math.LN2 ? Math.log(-Math.expm1(t)) : Math.log1p(-Math.exp(t));
}

/**
 * The continued fraction F with B_x(a, b) = x^a (1 − x)^b F / a (DLMF 8.17.22), by Lentz's method as modified by
 * Thompson and Barnett (Numerical Recipes, 3rd edition, section 6.4). Use it where x < (a + 1) / (a + b + 2); there
 * it needs O(√max(a, b)) rounds.
 *
 * @throws RangeError when it has not converged, which only a call outside that range has been seen to cause
 */
export function betaFraction(x: number, a: number, b: number): number {
  const roundsMax = 1_000 + 20 * Math.sqrt(Math.max(a, b));
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= roundsMax; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) <= 2 * Number.EPSILON) return fraction;
  }
  throw new RangeError(`betaFraction did not converge: x = ${x}, a = ${a}, b = ${b}`);
}

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
