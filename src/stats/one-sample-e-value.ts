import { logBinomialMass } from './binomial-mass.ts';
import { logIncompleteBeta } from './incomplete-beta.ts';

/**
 * The natural logarithm of the one-sample Bernoulli e-value against "the rate is at most `limit`": the likelihood ratio
 * of "θ uniform on (limit, 1)" against θ = limit, after `events` of `trials`. It may be looked at after every trial:
 * while the rate is at most the limit, P(e ever reaches 1/α) ≤ α (Robbins, Annals of Mathematical Statistics 41:1397,
 * 1970; each single likelihood ratio with θ > limit is a supermartingale for every rate up to the limit).
 *
 * e = ∫ θ^s (1 − θ)^f dθ over (limit, 1) / ((1 − limit) limit^s (1 − limit)^f), which counts alone determine.
 *
 * @param limit strictly between 0 and 1
 * @throws RangeError for counts or limits that are none
 */
export function logExceedanceEValue(events: number, trials: number, limit: number): number {
  if (!(limit > 0 && limit < 1)) throw new RangeError(`logExceedanceEValue: the limit is ${limit}`);
  if (!(events >= 0 && events <= trials)) throw new RangeError(`${events} events of ${trials} trials`);
  const rest = trials - events;
  // B(s + 1, f + 1) C(n, s) = 1 / (n + 1): the powers of the limit cancel in the binomial mass.
  const whole = -logBinomialMass(events, rest, limit) - Math.log(trials + 1);
  return whole + logIncompleteBeta(limit, events + 1, rest + 1).upper - Math.log1p(-limit);
}
