/** What a canary was set up to do; it never changes while it runs. JSON as it stands. */
export interface CanaryPlan {
  /** Percentages of the traffic that the canary gets, one after the other; the last is 100. */
  stages: number[];
  /** A stage lasts at least so long. */
  stageDurationS: number;
  /** Outcomes of the canary that every stage needs, whatever its evidence of health. */
  minOutcomes: number;
  /**
   * Nothing advances while the outcomes seen do not match the stage's split. To be turned off where that is no sign of
   * loss: the baseline's outcomes are sampled, or callers and not requests are split, of which some make many.
   */
  checkSplit: boolean;
  /** Nothing advances when the canary's last outcome is older than this, whatever was seen before. */
  outcomeAgeMaxS: number;
  /**
   * Chance that a canary that is no worse than the baseline, and within the limits, is ever rolled back, over the whole
   * ramp; and chance that one that is at or over its limit is let through a stage.
   */
  alpha: number;
  /** The share of outcomes that may be errors, whatever the baseline has; null: no such limit. */
  errorRateMax: number | null;
  /** How far above the baseline's error rate still counts as healthy; null: the baseline is not looked at. */
  errorRateMargin: number | null;
  /** The latency that at most `slowShareMax` of the canary's outcomes may exceed; null: latency is not looked at. */
  latencyLimitMs: number | null;
}

/** At most 5 % of latencies are above a 95th percentile. */
export const slowShareMax = 0.05;

export const defaultCanaryPlan: CanaryPlan = {
  stages: [5, 10, 25, 50, 100],
  // Ten health checks at one every 60 s.
  stageDurationS: 600,
  // Below this a stage of little traffic would be judged on a handful of callers.
  minOutcomes: 200,
  checkSplit: true,
  // The time between two health checks: what arrived before the last one says nothing about now.
  outcomeAgeMaxS: 60,
  alpha: 0.05,
  // One in ten failing is no healthy service, even where no baseline reports; raise it where the baseline fails as often.
  errorRateMax: 0.1,
  // At an error rate of 1 % a stage then takes about 600 outcomes to be shown healthy; half the margin takes 2,000.
  errorRateMargin: 0.02,
  latencyLimitMs: null,
};

/** More stages than this are a slope; each takes a share of what is staked on finding harm. */
const stagesMax = 20;

/** Everything that is wrong with a plan, in words; empty when it can be run. */
export function canaryPlanFaults(plan: CanaryPlan): string[] {
  const { stages, stageDurationS, minOutcomes, outcomeAgeMaxS, alpha } = plan;
  const { errorRateMax, errorRateMargin, latencyLimitMs } = plan;
  const faults: string[] = [];
  const check = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  const share = (value: number | null) => value === null || (value > 0 && value < 1);
  const rising = stages.every((percent, k) => percent > (k === 0 ? 0 : stages[k - 1]!) && percent <= 100);
  check(rising, `stages must be percentages that rise, found ${stages.join(', ')}`);
  check(stages.at(-1) === 100, 'the last stage must be 100');
  check(stages.length <= stagesMax, `there are ${stages.length} stages, at most ${stagesMax} are allowed`);
  check(stageDurationS >= 0 && Number.isFinite(stageDurationS), 'stageDurationS must not be negative');
  check(
    Number.isSafeInteger(minOutcomes) && minOutcomes >= 1,
    'minOutcomes must be an integer of at least 1',
  );
  check(outcomeAgeMaxS > 0, 'outcomeAgeMaxS must be positive');
  check(alpha > 0 && alpha < 1, 'alpha must lie between 0 and 1');
  check(share(errorRateMax), 'errorRateMax must lie between 0 and 1');
  check(share(errorRateMargin), 'errorRateMargin must lie between 0 and 1');
  check(errorRateMax !== null || errorRateMargin !== null, 'errorRateMax or errorRateMargin must be given');
  check(latencyLimitMs === null || latencyLimitMs > 0, 'latencyLimitMs must be positive');
  return faults;
}
