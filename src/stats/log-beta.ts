import { halfLogTwoPi, stirlingError } from './stirling-error.ts';

/**
 * ln B(a, b) for a, b > 0. Stirling's formula is applied to the three gamma functions at once, so that their large
 * parts cancel on paper rather than in floating point: ln Γ(a) + ln Γ(b) − ln Γ(a + b) would lose eight digits at
 * a = 1, b = 10⁸.
 */
export function logBeta(a: number, b: number): number {
  if (!(a > 0 && b > 0)) throw new RangeError(`logBeta: ${a}, ${b} are not both positive`);
  const powers = -a * Math.log1p(b / a) - b * Math.log1p(a / b);
  const roots = 0.5 * (Math.log1p(b / a) - Math.log(b));
  return powers + roots + halfLogTwoPi + stirlingError(a) + stirlingError(b) - stirlingError(a + b);
}
