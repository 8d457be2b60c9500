import { emptySketch, type QuantileSketch } from '../../stats/quantile-sketch.ts';
import { emptySplit, type SplitState } from '../../stats/split-check.ts';
import { emptyTwoSample, type TwoSampleState } from '../../stats/two-sample-e-process.ts';

/** What was seen of one variant. */
export interface ArmState {
  /** First outcomes of units. */
  trials: number;
  successes: number;
  /** All observations, repeated ones of a unit included: what guardrails look at. */
  observations: number;
  errors: number;
  latencies: QuantileSketch;
  /** Latencies over the limit of the plan. */
  slow: number;
}

/** Everything the statistics need to go on with the next batch; JSON as it stands. */
export interface TestState {
  arms: [ArmState, ArmState];
  /** Evidence that the challenger is better. */
  better: TwoSampleState;
  /** Evidence that it is worse: the same with the variants' places exchanged. */
  worse: TwoSampleState;
  /** Outcomes that wait for their block to fill, a character each, '1' a success, oldest first. */
  pending: [string, string];
  split: SplitState;
}

const emptyArm = (): ArmState => ({
  trials: 0,
  successes: 0,
  observations: 0,
  errors: 0,
  latencies: emptySketch(),
  slow: 0,
});

export const emptyState = (): TestState => ({
  arms: [emptyArm(), emptyArm()],
  better: emptyTwoSample(),
  worse: emptyTwoSample(),
  pending: ['', ''],
  split: emptySplit(2),
});
