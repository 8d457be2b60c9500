import type { CanaryPlan } from '../../src/shadow/canaries/canary-plan.ts';
import {
  type CanaryOutcome,
  type CanaryState,
  canaryShare,
  countOutcomes,
  enterStage,
  newCanaryState,
} from '../../src/shadow/canaries/canary-state.ts';
import { decideCanary } from '../../src/shadow/canaries/decide-canary.ts';
import { Xoshiro128 } from '../../src/stats/xoshiro128.ts';

/** A ramp with these true rates, looked at by the product's own decision code once a minute. */
export interface CanaryScenario {
  plan: CanaryPlan;
  baselineErrorRate: number;
  /** Of the canary, in each of the plan's stages. */
  canaryErrorRates: number[];
  /** The share of both arms' answers that are slower than the plan's limit. */
  slowShare: number;
  /** Requests of both arms together between two looks. */
  requestsPerLook: number;
  looksMax: number;
  /** Outcomes stop arriving after a look that is drawn from the first so many; null: they do not stop. */
  cutWithinLooks: number | null;
}

export interface SimulatedCanaries {
  runs: number;
  rolledBack: number;
  completed: number;
  /** Advances after the outcomes stopped. */
  advancedBlind: number;
  /** Of each run that was rolled back: the canary's requests since its rate was above the baseline's. */
  requestsToRollback: number[];
}

const secondsPerLook = 60;

/** Plays `runs` ramps. The seed decides every one. */
export function simulateCanaries(scenario: CanaryScenario, runs: number, seed: number): SimulatedCanaries {
  const rng = Xoshiro128.fromSeed(seed);
  const total: SimulatedCanaries = {
    runs,
    rolledBack: 0,
    completed: 0,
    advancedBlind: 0,
    requestsToRollback: [],
  };
  for (let run = 0; run < runs; run++) {
    const { end, harmed, advancedBlind } = simulateCanary(scenario, rng);
    if (end === 'completed') total.completed++;
    if (end === 'rolled back') {
      total.rolledBack++;
      total.requestsToRollback.push(harmed);
    }
    total.advancedBlind += advancedBlind;
  }
  return total;
}

type End = 'completed' | 'rolled back' | 'still running';

function simulateCanary(scenario: CanaryScenario, rng: Xoshiro128) {
  const { plan, looksMax, cutWithinLooks } = scenario;
  const lastSeen = cutWithinLooks === null ? looksMax : 1 + rng.below(cutWithinLooks);
  let state = newCanaryState(plan);
  let enteredAt = 0;
  let harmed = 0;
  let advancedBlind = 0;
  for (let look = 1; look <= looksMax; look++) {
    const secondsInStage = (look - enteredAt) * secondsPerLook;
    if (look <= lastSeen) {
      const outcomes = drawOutcomes(scenario, state, rng);
      // They arrived a second before the look.
      state = countOutcomes(state, plan, outcomes, secondsInStage - 1);
      if (scenario.canaryErrorRates[state.stage]! > scenario.baselineErrorRate) {
        harmed += outcomes.filter(({ arm }) => arm === 'canary').length;
      }
    }
    const { decision } = decideCanary(state, plan, secondsInStage);
    if (decision === 'rollback') return { end: 'rolled back' as End, harmed, advancedBlind };
    if (decision === 'hold') continue;
    if (look > lastSeen) advancedBlind++;
    if (state.stage === plan.stages.length - 1) return { end: 'completed' as End, harmed, advancedBlind };
    state = enterStage(state, plan, state.stage + 1);
    enteredAt = look;
  }
  return { end: 'still running' as End, harmed, advancedBlind };
}

function drawOutcomes(scenario: CanaryScenario, { stage }: CanaryState, rng: Xoshiro128): CanaryOutcome[] {
  const { plan, baselineErrorRate, canaryErrorRates, slowShare, requestsPerLook } = scenario;
  const share = canaryShare(plan, stage);
  const limitMs = plan.latencyLimitMs;
  return Array.from({ length: requestsPerLook }, () => {
    const arm = rng.float() < share ? 'canary' : 'baseline';
    const rate = arm === 'canary' ? canaryErrorRates[stage]! : baselineErrorRate;
    const latencyMs = limitMs === null ? null : rng.float() < slowShare ? 2 * limitMs : limitMs / 2;
    return { arm, error: rng.float() < rate, latencyMs };
  });
}
