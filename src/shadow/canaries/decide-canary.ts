import type { CanaryPlan } from './canary-plan.ts';
import type { CanaryState } from './canary-state.ts';
import { type CanaryHealth, type HealthCheck, weighHealth } from './weigh-health.ts';

export type CanaryDecision = 'advance' | 'hold' | 'rollback';

export interface CanaryLook {
  decision: CanaryDecision;
  /** In words, with the numbers that decided. */
  reason: string;
  health: CanaryHealth;
}

/** The split check holds a stage that keeps its split in at most one of a hundred. */
const splitPValueMin = 0.01;

/**
 * What a canary's state says, and why. Pure: the same arguments give the same answer, so a look that was lost is simply
 * taken again.
 *
 * In this order: harm rolls back, however early; a canary of which nothing is heard and a split that does not match its
 * stage hold; a stage that is not over or of which too little was seen holds; and it advances only when every check is
 * shown to be below its limit. At 100 % `advance` means that the rollout is complete.
 *
 * @param secondsInStage since the stage was entered.
 */
export function decideCanary(state: CanaryState, plan: CanaryPlan, secondsInStage: number): CanaryLook {
  const health = weighHealth(state, plan, secondsInStage);
  const [decision, reason] = judge(health, plan);
  return { decision, reason, health };
}

function judge(health: CanaryHealth, plan: CanaryPlan): [CanaryDecision, string] {
  const harmful = health.checks.filter((check) => check.harmful);
  if (harmful.length > 0) return ['rollback', `the canary does harm: ${harmful.map(harmOf).join('; ')}`];
  const { percent, secondsInStage, secondsSinceOutcome, canaryOutcomes } = health;
  if (secondsSinceOutcome === null) return ['hold', `nothing was seen of the canary at ${percent} % yet`];
  // What was seen before a source was cut off says nothing about now.
  if (secondsSinceOutcome > plan.outcomeAgeMaxS) {
    const age = `${Math.floor(secondsSinceOutcome)} s old, at most ${plan.outcomeAgeMaxS} s are allowed`;
    return ['hold', `the canary's last outcome is ${age}`];
  }
  if (plan.checkSplit && health.splitPValue < splitPValueMin) return ['hold', mismatch(health)];
  if (secondsInStage < plan.stageDurationS) {
    return ['hold', `${Math.floor(secondsInStage)} s of ${plan.stageDurationS} s at ${percent} % are over`];
  }
  if (canaryOutcomes < plan.minOutcomes) {
    return [
      'hold',
      `${plan.minOutcomes} outcomes of the canary are needed at ${percent} %, there are ${canaryOutcomes}`,
    ];
  }
  const open = health.checks.filter((check) => !check.healthy);
  if (open.length > 0) return ['hold', `not shown to be healthy yet: ${open.map(boundOf).join('; ')}`];
  const where = `after ${Math.floor(secondsInStage)} s and ${canaryOutcomes} outcomes at ${percent} %`;
  return ['advance', `healthy ${where}: ${health.checks.map(boundOf).join('; ')}`];
}

const nameOf = { error_rate: 'errors', latency_p95: 'answers slower than the latency limit' } as const;

function harmOf({ name, canary, baseline, logE, logEMin }: HealthCheck): string {
  const beside =
    baseline.trials === 0 ? '' : ` beside ${baseline.events} of ${baseline.trials} of the baseline`;
  return (
    `${canary.events} ${nameOf[name]} of ${canary.trials} in this stage${beside}, ` +
    `e-value ${eText(logE)} over the ramp, rolled back from ${eText(logEMin)}`
  );
}

function boundOf({ name, canary, upperBound, limit }: HealthCheck): string {
  return (
    `${nameOf[name]}, ${canary.events} of ${canary.trials}, are at most ${percentText(upperBound)}, ` +
    `needed below ${percentText(limit)}`
  );
}

function mismatch({ percent, canaryOutcomes, baselineOutcomes, splitPValue }: CanaryHealth): string {
  return (
    `the outcomes seen do not match the split: ${canaryOutcomes} of the canary to ${baselineOutcomes} of the baseline at ` +
    `${percent} % (p = ${short(splitPValue)}); find out whose outcomes get lost`
  );
}

const percentText = (share: number) => `${(share * 100).toFixed(2)} %`;

/** e-values leave the range of a double at e^709. */
const eText = (logE: number) => (logE < 700 ? short(Math.exp(logE)) : `e^${Math.round(logE)}`);

const short = (value: number) => String(Number(value.toPrecision(4)));
