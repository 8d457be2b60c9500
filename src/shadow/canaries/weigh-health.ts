import { rateLowerBound, rateUpperBound } from '../../stats/rate-bounds.ts';
import { splitPValue } from '../../stats/split-check.ts';
import { type CanaryPlan, slowShareMax } from './canary-plan.ts';
import type { CanaryState, Tally } from './canary-state.ts';
import { harmLogE, harmLogEMin } from './harm.ts';

/** Every number a decision looks at. */
export interface CanaryHealth {
  /** Index into the plan's stages, and what it gives the canary. */
  stage: number;
  percent: number;
  secondsInStage: number;
  /** Age of the canary's last outcome; null: this stage has none. */
  secondsSinceOutcome: number | null;
  /** Outcomes of the canary and of the baseline in this stage. */
  canaryOutcomes: number;
  baselineOutcomes: number;
  /** Anytime-valid; 1 at 100 %, where there is no split. */
  splitPValue: number;
  checks: HealthCheck[];
  /** All checks are below their limits for certain. */
  healthy: boolean;
}

export interface HealthCheck {
  name: 'error_rate' | 'latency_p95';
  /** In this stage. */
  canary: Tally;
  baseline: Tally;
  /** The canary's rate is below this in this stage, for certain up to α. */
  upperBound: number;
  /** What the bound must be below. */
  limit: number;
  healthy: boolean;
  /** ln of the e-value of harm over the whole ramp, and what rolls back. */
  logE: number;
  logEMin: number;
  harmful: boolean;
}

/** Every number a decision looks at, from the running state. */
export function weighHealth(state: CanaryState, plan: CanaryPlan, secondsInStage: number): CanaryHealth {
  const { canary, baseline } = state.current;
  const checks = [errorCheck(state, plan)];
  if (plan.latencyLimitMs !== null) checks.push(latencyCheck(state, plan));
  return {
    stage: state.stage,
    percent: plan.stages[state.stage]!,
    secondsInStage,
    secondsSinceOutcome: state.heardAtS === null ? null : Math.max(0, secondsInStage - state.heardAtS),
    canaryOutcomes: canary.errors.trials,
    baselineOutcomes: baseline.errors.trials,
    splitPValue: splitPValue(state.split),
    checks,
    healthy: checks.every(({ healthy }) => healthy),
  };
}

/**
 * Below the limit of the plan, and below the margin over the least that the baseline may have. Where both ends are
 * uncertain each has half of α. At 100 % the baseline is that of the ramp before; one of which nothing was seen is taken
 * to be without errors, the strictest there is.
 */
function errorCheck(state: CanaryState, plan: CanaryPlan): HealthCheck {
  const { errorRateMax, errorRateMargin, alpha } = plan;
  const { canary, baseline } = state.current;
  const compared = errorRateMargin !== null;
  const reference = plan.stages[state.stage] === 100 ? state.ramp.baseline.errors : baseline.errors;
  const relative = compared
    ? rateLowerBound(reference.events, reference.trials, alpha / 2) + errorRateMargin
    : 1;
  const { events, trials } = canary.errors;
  const upperBound = rateUpperBound(events, trials, compared ? alpha / 2 : alpha);
  const limit = Math.min(errorRateMax ?? 1, relative);
  return {
    name: 'error_rate',
    canary: canary.errors,
    baseline: baseline.errors,
    upperBound,
    limit,
    healthy: upperBound < limit,
    ...harm(state, plan, 'errors'),
  };
}

function latencyCheck(state: CanaryState, plan: CanaryPlan): HealthCheck {
  const { canary, baseline } = state.current;
  const upperBound = rateUpperBound(canary.slow.events, canary.slow.trials, plan.alpha);
  return {
    name: 'latency_p95',
    canary: canary.slow,
    baseline: baseline.slow,
    upperBound,
    limit: slowShareMax,
    healthy: upperBound < slowShareMax,
    ...harm(state, plan, 'slow'),
  };
}

function harm(state: CanaryState, plan: CanaryPlan, of: 'errors' | 'slow') {
  const logE = harmLogE(state, plan, of);
  const logEMin = harmLogEMin(plan);
  return { logE, logEMin, harmful: logE >= logEMin };
}
