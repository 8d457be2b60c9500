import { assertShape, type BetaShape } from './beta-shape.ts';
import { logBinomialMass } from './binomial-mass.ts';
import { logIncompleteBeta } from './incomplete-beta.ts';

/**
 * The x with P(X ≤ x) = p for X ~ Beta(α, β): the inverse of the regularised incomplete beta function.
 *
 * Newton's method on the logarithm of the smaller tail as a function of log-odds, where it is nearly straight, kept
 * inside a bracket that halves when a step leaves it. Relative accuracy near 1e-14, also of tiny quantiles.
 *
 * @param p strictly between 0 and 1
 * @throws RangeError otherwise, and for shapes outside `shapeMin` … `shapeMax`
 */
export function betaQuantile(p: number, shape: BetaShape): number {
  assertShape(shape);
  if (!(p > 0 && p < 1)) throw new RangeError(`betaQuantile: p = ${p} is not between 0 and 1`);
  const { alpha, beta } = shape;
  const mean = alpha / (alpha + beta);
  // Solve for the side on which x is the smaller of x and 1 − x, so that it is found with all its digits.
  const below = Math.exp(logIncompleteBeta(0.5, alpha, beta).lower);
  const mirrored = p > below;
  if (mirrored) return 1 - smallQuantile(1 - p, p, { alpha: beta, beta: alpha }, 1 - mean);
  return smallQuantile(p, 1 - p, shape, mean);
}

/** The quantile, known to be at most ½. @param q 1 − p, where that is the number that was given. */
function smallQuantile(p: number, q: number, { alpha, beta }: BetaShape, mean: number): number {
  const target = p <= q ? Math.log(p) : Math.log(q);
  const useLower = p <= q;
  // x below e^lowest has a lower tail under p whatever β: I_x(α, β) < x^α / (α B(α, β)), and 700 is where e^−y ends.
  let low = -700;
  let high = 0;
  let y = Math.min(-1e-9, Math.max(low, Math.log(mean / (1 - mean))));
  for (let round = 0; round < 200; round++) {
    const x = Math.exp(y) / (1 + Math.exp(y));
    const tails = logIncompleteBeta(x, alpha, beta);
    const error = (useLower ? tails.lower : tails.upper) - target;
    const tooHigh = useLower ? error > 0 : error < 0;
    if (tooHigh) high = y;
    else low = y;
    const slope = densityOverTail(x, alpha, beta, useLower ? tails.lower : tails.upper) * (useLower ? 1 : -1);
    const newton = y - error / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - y) <= 1e-15 * Math.max(1, Math.abs(y)) || high - low < 1e-15) return logistic(next);
    y = next;
  }
  return logistic(y);
}

const logistic = (y: number): number => Math.exp(y) / (1 + Math.exp(y));

/** d ln(tail) / dy: the density of the log-odds over the tail. */
function densityOverTail(x: number, alpha: number, beta: number, logTail: number): number {
  return Math.exp(logDensity(x, alpha, beta) - logTail);
}

/** ln of x^α (1 − x)^β / B(α, β). */
function logDensity(x: number, alpha: number, beta: number): number {
  return logBinomialMass(alpha, beta, x) + Math.log(alpha) + Math.log(beta) - Math.log(alpha + beta);
}
