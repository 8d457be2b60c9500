import { logBinomialMass } from './binomial-mass.ts';
import { betaFraction } from './incomplete-beta.ts';

/**
 * The natural logarithm of the paired e-value: evidence that, where two rules disagree, the challenger is the one
 * that is right more often.
 *
 * With b requests only the challenger got right and c only the baseline did, the e-value is the likelihood ratio of
 * "θ uniform on (½, 1)" against θ = ½ (a sign test made anytime-valid by the method of mixtures; Ramdas, Grünwald,
 * Vovk and Shafer, Statistical Science 38:576, 2023):
 * e = 2^(b+c) · 2 ∫ θ^b (1 − θ)^c dθ over (½, 1) = 2^(b+c) · 2 B(b+1, c+1) (1 − I_½(b+1, c+1)).
 * It may be looked at after every request: under "no better", P(e ever reaches 1/α) ≤ α.
 *
 * The logarithm, since e overflows a double at about b = 1,030. Neither branch subtracts large logarithms, so the
 * relative error stays near 1e-14 from a handful of discordant pairs to 10⁹ of them.
 *
 * @param onlyChallenger b, a non-negative integer
 * @param onlyBaseline c, a non-negative integer
 */
export function logPairedEValue(onlyChallenger: number, onlyBaseline: number): number {
  const [b, c] = [onlyChallenger, onlyBaseline];
  if (!(Number.isSafeInteger(b) && b >= 0 && Number.isSafeInteger(c) && c >= 0)) {
    throw new RangeError(`logPairedEValue: ${b} and ${c} are not both counts`);
  }
  // The powers of ½ in B_½(c+1, b+1) = ½^(b+c+2) F / (c+1) cancel those in front, so nothing can underflow.
  if (b <= c) return Math.log(betaFraction(0.5, c + 1, b + 1) / (c + 1)) - Math.LN2;

  // Here (½, 1) holds most of the integral: take the whole of (0, 1) and remove the rest. Since
  // B(b+1, c+1) = 1 / ((b+c+1) C(b+c, b)), the whole is 2 / ((b+c+1) · binomial mass at ½).
  const whole = Math.LN2 - Math.log(b + c + 1) - logBinomialMass(b, c, 0.5);
  const rest = Math.log(betaFraction(0.5, b + 1, c + 1) / (b + 1)) - Math.LN2;
  return whole + Math.log1p(-Math.exp(rest - whole));
}
