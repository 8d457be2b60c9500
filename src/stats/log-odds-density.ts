import type { BetaShape } from './beta-shape.ts';
import { logBinomialMass } from './binomial-mass.ts';

/**
 * The density of ln(X / (1 − X)) for X ~ Beta(α, β), as a function of the distance from its mode at ln(α / β). In
 * log-odds a Beta density is smooth, has one mode and falls off exponentially on both sides whatever its shapes, which
 * is what makes plain quadrature rules exact for it.
 *
 * It is measured from the mode because α y − (α + β) ln(1 + eʸ) itself would lose six digits at shapes of 10⁶.
 */
export interface LogOddsDensity {
  /** Where it is largest. */
  mode: number;
  /** About its standard deviation near the mode, √(1/α + 1/β). */
  scale: number;
  /** @param distance from the mode, in log-odds. */
  at(distance: number): number;
}

export function logOddsDensity({ alpha, beta }: BetaShape): LogOddsDensity {
  const n = alpha + beta;
  const mean = alpha / n;
  // x^α (1 − x)^β / B(α, β) at x = α / n; 1/B(α, β) = αβ/n · C(n, α).
  const peak = Math.exp(logBinomialMass(alpha, beta, mean)) * alpha * (beta / n);
  return {
    mode: Math.log(alpha / beta),
    scale: Math.sqrt(1 / alpha + 1 / beta),
    at: (distance) => {
      // Far on the right e^distance overflows; there ln(1 + mean (eᵈ − 1)) = d + ln(mean) to the last digit.
      const log = distance < 700 ? Math.log1p(mean * Math.expm1(distance)) : distance + Math.log(mean);
      return peak * Math.exp(alpha * distance - n * log);
    },
  };
}
