import { logMeanExp } from '../../stats/log-mean-exp.ts';
import { logExceedanceEValue } from '../../stats/one-sample-e-value.ts';
import { rateUpperBound } from '../../stats/rate-bounds.ts';
import { type CanaryPlan, slowShareMax } from './canary-plan.ts';
import type { CanaryState, Window } from './canary-state.ts';

export type Indicator = 'errors' | 'slow';

/**
 * ln of the e-value that the canary does harm, over the whole ramp.
 *
 * Half the stake is on the ramp as a whole, the other half is spread over its stages, each played with what was seen in
 * it alone. The whole finds harm that is small and always there; the stages find harm that begins late, which the
 * healthy outcomes before it would hide. Stages that are finished keep what they ended with and those to come still
 * have their stake, so the sum is one e-process: under "no harm" it ever reaches 1/α with a chance of at most α.
 */
export function harmLogE(state: CanaryState, plan: CanaryPlan, of: Indicator): number {
  const { ramp, finished, stage } = state;
  const toCome = new Array<number>(plan.stages.length - stage - 1).fill(0);
  const stages = logMeanExp([...finished[of], stageLogE(state, plan, of), ...toCome]);
  return logMeanExp([windowLogE(ramp, plan, of, absoluteLimit(plan, of)), stages]);
}

/** ln of the e-value that this stage alone gives. */
export function stageLogE(state: CanaryState, plan: CanaryPlan, of: Indicator): number {
  return windowLogE(state.current, plan, of, stageLimit(state, plan, of));
}

/** What harm must reach: α shared out among errors, slow answers and the bound of the baseline that 100 % relies on. */
export function harmLogEMin(plan: CanaryPlan): number {
  return Math.log(1 / alphaShare(plan));
}

function alphaShare({ alpha, latencyLimitMs, errorRateMargin }: CanaryPlan): number {
  return alpha / (1 + (latencyLimitMs === null ? 0 : 1) + (errorRateMargin === null ? 0 : 1));
}

function windowLogE(window: Window, plan: CanaryPlan, of: Indicator, limit: number | null): number {
  const { events, trials } = window.canary[of];
  const logs: number[] = [];
  if (of === 'errors' && plan.errorRateMargin !== null) logs.push(window.moreErrors.logE);
  if (limit !== null) logs.push(logExceedanceEValue(events, trials, limit));
  return logMeanExp(logs);
}

const absoluteLimit = (plan: CanaryPlan, of: Indicator): number | null =>
  of === 'errors' ? plan.errorRateMax : slowShareMax;

/**
 * What a stage is held against by itself. With all traffic on the canary there is no baseline beside it any more, so it
 * is held against the most that the baseline may have had, and the margin: more than in the stages before, since
 * what changes with the hour can no longer be told from what the canary does.
 */
function stageLimit(state: CanaryState, plan: CanaryPlan, of: Indicator): number | null {
  const absolute = absoluteLimit(plan, of);
  if (of === 'slow' || plan.errorRateMargin === null || plan.stages[state.stage] !== 100) return absolute;
  const { events, trials } = state.ramp.baseline.errors;
  const frozen = rateUpperBound(events, trials, alphaShare(plan)) + plan.errorRateMargin;
  const limit = Math.min(absolute ?? 1, frozen);
  return limit < 1 ? limit : null;
}
