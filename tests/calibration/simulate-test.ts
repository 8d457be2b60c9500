import { type CountedObservation, countObservations } from '../../src/shadow/tests/count-observations.ts';
import { decide } from '../../src/shadow/tests/decide.ts';
import type { TestDecision, TestPlan } from '../../src/shadow/tests/test-plan.ts';
import { emptyState } from '../../src/shadow/tests/test-state.ts';
import { Xoshiro128 } from '../../src/stats/xoshiro128.ts';

/** Traffic with these true rates, looked at by the product's own decision code after every batch. */
export interface TestScenario {
  /** Of champion and challenger. */
  rates: [number, number];
  /** Of the challenger. */
  share: number;
  designEffect: number | null;
  /** Units between looks. */
  batch: number;
  /** Looks at most. */
  looks: number;
  minSampleSize: number;
}

export interface SimulatedRuns {
  runs: number;
  promoted: number;
  kept: number;
  /** What "P(B > A) > 0.95", looked at as often, would have promoted. */
  promotedNaively: number;
  /** Units of the challenger until the end, summed over the runs. */
  challengerUnits: number;
}

/** Plays `runs` tests. The seed decides every one. */
export function simulateTests(scenario: TestScenario, runs: number, seed: number): SimulatedRuns {
  const rng = Xoshiro128.fromSeed(seed);
  const total: SimulatedRuns = { runs, promoted: 0, kept: 0, promotedNaively: 0, challengerUnits: 0 };
  for (let run = 0; run < runs; run++) {
    const { decision, naively, challengerUnits } = simulateTest(scenario, rng);
    if (decision === 'promote') total.promoted++;
    if (decision === 'keep') total.kept++;
    if (naively) total.promotedNaively++;
    total.challengerUnits += challengerUnits;
  }
  return total;
}

function simulateTest(scenario: TestScenario, rng: Xoshiro128) {
  const plan = planOf(scenario);
  let state = emptyState();
  let decision: TestDecision = 'continue';
  let naively = false;
  let challengerUnits = 0;
  for (let look = 0; look < scenario.looks; look++) {
    state = countObservations(state, plan, drawBatch(scenario, rng));
    const { decision: now, evidence } = decide(state, plan, null);
    const enough = state.arms.every(({ trials }) => trials >= plan.minSampleSize);
    naively ||= enough && evidence.probabilityBeat > plan.probabilityThreshold;
    if (decision === 'continue') {
      challengerUnits = state.arms[1].trials;
      decision = now;
    }
    // The naive rule goes on for itself once the product has decided.
    if (decision !== 'continue' && naively) break;
  }
  return { decision, naively, challengerUnits };
}

function drawBatch({ rates, share, batch }: TestScenario, rng: Xoshiro128): CountedObservation[] {
  const drawnWith = [1 - share, share] as const;
  return Array.from({ length: batch }, () => {
    const arm = rng.float() < share ? 1 : 0;
    return { arm, success: rng.float() < rates[arm], error: false, latencyMs: null, drawnWith };
  });
}

function planOf({ share, designEffect, minSampleSize }: TestScenario): TestPlan {
  return {
    minSampleSize,
    maxDurationS: 1,
    probabilityThreshold: 0.95,
    alpha: 0.05,
    maxExpectedLoss: null,
    autoRollback: true,
    rollbackOnErrorRate: null,
    rollbackOnLatencyP95Ms: null,
    prior: { alpha: 1, beta: 1 },
    allocation: 'fixed',
    designEffect,
    shares: [1 - share, share],
  };
}
