import { blockShape } from '../../stats/block-shape.ts';
import { addToSketch } from '../../stats/quantile-sketch.ts';
import { countAssignment } from '../../stats/split-check.ts';
import { addBlock, type BlockShape } from '../../stats/two-sample-e-process.ts';
import { type Arm, challenger, champion, type TestPlan } from './test-plan.ts';
import type { TestState } from './test-state.ts';

/** One observation that was not seen before. */
export interface CountedObservation {
  arm: Arm;
  success: boolean;
  error: boolean;
  latencyMs: number | null;
  /** Set when it is the first outcome of its unit: the probabilities with which the unit's variant was drawn. */
  drawnWith: readonly [number, number] | null;
}

/**
 * So many outcomes of one variant wait for the other's at most. At a split that is kept a few hundred do; one that
 * delivers all of one variant first is let do so up to here, and what is beyond counts in the posterior alone.
 */
const pendingMax = 100_000;

/**
 * Counts a batch, in its order. The given state is used up.
 *
 * Blocks are made of outcomes in the order of their arrival, first come first served, which the outcomes themselves
 * cannot influence. Under Thompson sampling too: the k-th block holds the k-th outcomes of both variants whenever they
 * were drawn, so adaptive allocation decides how soon a block is full and never what is in it.
 */
export function countObservations(
  state: TestState,
  plan: TestPlan,
  observations: readonly CountedObservation[],
): TestState {
  const fresh: [string[], string[]] = [[], []];
  for (const observation of observations) {
    const { arm, success, drawnWith } = observation;
    countForGuardrails(state, plan, observation);
    if (drawnWith === null) continue;
    state.arms[arm].trials++;
    if (success) state.arms[arm].successes++;
    countAssignment(state.split, arm, drawnWith);
    if (state.pending[arm].length + fresh[arm].length < pendingMax) fresh[arm].push(success ? '1' : '0');
  }
  return fillBlocks(
    { ...state, pending: [state.pending[0] + fresh[0].join(''), state.pending[1] + fresh[1].join('')] },
    plan,
  );
}

function countForGuardrails(state: TestState, plan: TestPlan, observation: CountedObservation): void {
  const seen = state.arms[observation.arm];
  seen.observations++;
  if (observation.error) seen.errors++;
  if (observation.latencyMs === null) return;
  addToSketch(seen.latencies, observation.latencyMs);
  if (plan.rollbackOnLatencyP95Ms !== null && observation.latencyMs > plan.rollbackOnLatencyP95Ms)
    seen.slow++;
}

/** Blocks have the make-up of the planned split; one of each where the split adapts. */
function blockOf(plan: TestPlan): BlockShape {
  return plan.allocation === 'thompson' ? { a: 1, b: 1 } : blockShape(plan.shares[challenger]);
}

function fillBlocks(state: TestState, plan: TestPlan): TestState {
  const block = blockOf(plan);
  const swapped = { a: block.b, b: block.a };
  const [waitingA, waitingB] = state.pending;
  const count = Math.min(Math.floor(waitingA.length / block.a), Math.floor(waitingB.length / block.b));
  let { better, worse } = state;
  for (let k = 0; k < count; k++) {
    const a = onesIn(waitingA, k * block.a, (k + 1) * block.a);
    const b = onesIn(waitingB, k * block.b, (k + 1) * block.b);
    better = addBlock(better, { a, b }, { block, designEffect: plan.designEffect });
    worse = addBlock(worse, { a: b, b: a }, { block: swapped, designEffect: plan.designEffect });
  }
  return {
    ...state,
    better,
    worse,
    pending: [waitingA.slice(count * block.a), waitingB.slice(count * block.b)],
  };
}

function onesIn(text: string, from: number, to: number): number {
  let ones = 0;
  for (let i = from; i < to; i++) if (text.charCodeAt(i) === 49) ones++;
  return ones;
}

/** The probabilities of a unit that is drawn now. */
export const drawnNow = (challengerShare: number): [number, number] => {
  const probabilities: [number, number] = [0, 0];
  probabilities[champion] = 1 - challengerShare;
  probabilities[challenger] = challengerShare;
  return probabilities;
};
