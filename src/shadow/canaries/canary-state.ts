import { countAssignment, emptySplit, type SplitState } from '../../stats/split-check.ts';
import { emptyTwoSample, type TwoSampleState } from '../../stats/two-sample-e-process.ts';
import { type CanaryPlan, canaryPlanFaults } from './canary-plan.ts';
import { compareWaiting } from './compare-waiting.ts';
import { stageLogE } from './harm.ts';

export interface CanaryOutcome {
  arm: 'canary' | 'baseline';
  error: boolean;
  latencyMs?: number | null | undefined;
}

/** How often something happened, such as an error. */
export interface Tally {
  events: number;
  trials: number;
}

/** What was seen during the whole ramp, or during one stage. */
export interface Window {
  canary: { errors: Tally; slow: Tally };
  /** Of the baseline, while it ran beside the canary. */
  baseline: { errors: Tally; slow: Tally };
  /** Evidence that the canary errs more often than the baseline beside it. */
  moreErrors: TwoSampleState;
}

/** Everything the decision needs to go on with the next batch; JSON as it stands, and the same size however long it ran. */
export interface CanaryState {
  /** Index into the plan's stages. */
  stage: number;
  ramp: Window;
  current: Window;
  /** Seconds into the stage at which the canary was last heard of; null: not yet. */
  heardAtS: number | null;
  /** ln of the e-values with which finished stages ended: of errors, and of slow answers. */
  finished: { errors: number[]; slow: number[] };
  /** Outcomes that wait for one of the other arm, a character each, '1' an error, oldest first. */
  waiting: { canary: string; baseline: string };
  /** Of this stage's outcomes: baseline first, then canary. */
  split: SplitState;
}

const emptyWindow = (): Window => ({
  canary: { errors: { events: 0, trials: 0 }, slow: { events: 0, trials: 0 } },
  baseline: { errors: { events: 0, trials: 0 }, slow: { events: 0, trials: 0 } },
  moreErrors: emptyTwoSample(),
});

/**
 * A canary in its first stage, of which nothing was seen yet.
 *
 * @throws RangeError for a plan that cannot be run.
 */
export function newCanaryState(plan: CanaryPlan): CanaryState {
  const faults = canaryPlanFaults(plan);
  if (faults.length > 0) throw new RangeError(`this canary plan cannot be run: ${faults.join('; ')}`);
  return {
    stage: 0,
    ramp: emptyWindow(),
    current: emptyWindow(),
    heardAtS: null,
    finished: { errors: [], slow: [] },
    waiting: { canary: '', baseline: '' },
    split: emptySplit(2),
  };
}

/** The share of units that a stage gives to the canary. */
export const canaryShare = (plan: CanaryPlan, stage: number): number => plan.stages[stage]! / 100;

/**
 * Begins the next stage: health has to be shown anew, while the evidence of harm goes on. Entering the stage one is in
 * changes nothing, so that a step that was cut off can be repeated.
 *
 * @param stage index into the plan's stages.
 * @throws RangeError for any other stage: each takes a share of the stake, which cannot be taken twice.
 */
export function enterStage(state: CanaryState, plan: CanaryPlan, stage: number): CanaryState {
  if (stage === state.stage) return state;
  if (stage !== state.stage + 1 || stage >= plan.stages.length) {
    throw new RangeError(`stage ${stage} does not follow stage ${state.stage} of ${plan.stages.length}`);
  }
  return {
    ...state,
    stage,
    current: emptyWindow(),
    heardAtS: null,
    finished: {
      errors: [...state.finished.errors, stageLogE(state, plan, 'errors')],
      slow: [...state.finished.slow, stageLogE(state, plan, 'slow')],
    },
    waiting: { canary: '', baseline: '' },
    split: emptySplit(2),
  };
}

/**
 * Counts a batch, in its order, in time proportional to its length. The given state is left as it is.
 *
 * With all traffic on the canary, outcomes of the baseline are late ones and are left out: what the canary is held
 * against must not move any more.
 *
 * @param secondsInStage since the stage was entered, when the batch arrived.
 */
export function countOutcomes(
  state: CanaryState,
  plan: CanaryPlan,
  outcomes: readonly CanaryOutcome[],
  secondsInStage: number,
): CanaryState {
  const next = copyOf(state);
  const share = canaryShare(plan, next.stage);
  const planned = [1 - share, share];
  for (const outcome of outcomes) {
    if (share === 1 && outcome.arm === 'baseline') continue;
    // A batch that waited for another one to be counted arrived before it.
    if (outcome.arm === 'canary') next.heardAtS = Math.max(next.heardAtS ?? 0, secondsInStage);
    count(next.ramp[outcome.arm], plan, outcome);
    count(next.current[outcome.arm], plan, outcome);
    if (share === 1) continue;
    countAssignment(next.split, outcome.arm === 'canary' ? 1 : 0, planned);
    next.waiting[outcome.arm] += outcome.error ? '1' : '0';
  }
  return compareWaiting(next);
}

/** As far as a batch changes it in place. */
function copyOf(state: CanaryState): CanaryState {
  const { ramp, current, waiting, split } = state;
  return {
    ...state,
    ramp: copyOfWindow(ramp),
    current: copyOfWindow(current),
    waiting: { ...waiting },
    split: { ...split, counts: [...split.counts], expected: [...split.expected] },
  };
}

function copyOfWindow({ canary, baseline, moreErrors }: Window): Window {
  const tallies = ({ errors, slow }: Window['canary']) => ({ errors: { ...errors }, slow: { ...slow } });
  return { canary: tallies(canary), baseline: tallies(baseline), moreErrors };
}

function count(seen: Window['canary'], plan: CanaryPlan, { error, latencyMs }: CanaryOutcome): void {
  seen.errors.trials++;
  if (error) seen.errors.events++;
  if (plan.latencyLimitMs === null || latencyMs === null || latencyMs === undefined) return;
  seen.slow.trials++;
  if (latencyMs > plan.latencyLimitMs) seen.slow.events++;
}
