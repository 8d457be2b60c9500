import { halfLogTwoPi, stirlingError } from './stirling-error.ts';

/**
 * ln Γ(x) for x > 0, to about 1e-15 times max(1, |ln Γ(x)|): Stirling's formula with its error term put back.
 * Near its zeros at 1 and 2 that is an absolute, not a relative accuracy.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`logGamma: ${x} is not positive`);
  if (x === 1 || x === 2) return 0;
  if (x === Number.POSITIVE_INFINITY) return x;
  return (x - 0.5) * Math.log(x) - x + halfLogTwoPi + stirlingError(x);
}
