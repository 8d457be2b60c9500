import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Xoshiro128 } from '../../stats/xoshiro128.ts';
import { type CanaryPlan, defaultCanaryPlan } from './canary-plan.ts';
import {
  type CanaryOutcome,
  type CanaryState,
  canaryShare,
  countOutcomes,
  enterStage,
  newCanaryState,
} from './canary-state.ts';
import { harmLogE, harmLogEMin } from './harm.ts';

const seed = 20_261_121;
console.info(`harm: seed ${seed}`);

const outcome = (arm: CanaryOutcome['arm'], error: boolean): CanaryOutcome => ({
  arm,
  error,
  latencyMs: null,
});

/** A canary somewhere on its ramp, after random outcomes of a random rate in each stage. */
function somewhere(
  plan: CanaryPlan,
  stage: number,
  perStage: number,
  rate: number,
  from: number,
): CanaryState {
  const rng = Xoshiro128.fromSeed(from);
  let state = newCanaryState(plan);
  for (let k = 0; k <= stage; k++) {
    state = enterStage(state, plan, k);
    const share = canaryShare(plan, k);
    const outcomes = Array.from({ length: perStage }, () =>
      outcome(rng.float() < share ? 'canary' : 'baseline', rng.float() < rate),
    );
    state = countOutcomes(state, plan, outcomes, 0);
  }
  // Whoever waits would be in the next block with the outcomes that are tried out.
  return { ...state, waiting: { canary: '', baseline: '' } };
}

const plans = fc.constantFrom(
  defaultCanaryPlan,
  { ...defaultCanaryPlan, errorRateMax: null },
  { ...defaultCanaryPlan, errorRateMargin: null },
  { ...defaultCanaryPlan, stages: [100] },
);

test('the next outcomes are no favourable bet while both arms have one rate within the limit', () => {
  fc.assert(
    fc.property(
      plans,
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 400 }),
      fc.double({ min: 0, max: 0.3, noNaN: true }),
      fc.double({ min: 0, max: 0.1, noNaN: true }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      (plan, wanted, perStage, past, drawn, each, from) => {
        const stage = Math.min(wanted, plan.stages.length - 1);
        const state = somewhere(plan, stage, perStage, past, from);
        const { events, trials } = state.ramp.baseline.errors;
        // At 100 % the canary is harmless when it is no worse than the baseline was.
        const rate = canaryShare(plan, stage) === 1 && trials > 0 ? Math.min(drawn, events / trials) : drawn;
        const here = Math.exp(harmLogE(state, plan, 'errors'));
        let mean = 0;
        // Every way the next outcomes may turn out: so many of the baseline, and one of the canary.
        for (let bits = 0; bits < 2 ** (each + 1); bits++) {
          const errors = Array.from({ length: each + 1 }, (_, k) => ((bits >> k) & 1) === 1);
          const outcomes = errors.map((error, k) => outcome(k === each ? 'canary' : 'baseline', error));
          const count = errors.filter(Boolean).length;
          const chance = rate ** count * (1 - rate) ** (each + 1 - count);
          mean += chance * Math.exp(harmLogE(countOutcomes(state, plan, outcomes, 0), plan, 'errors'));
        }
        expect(mean / here).toBeLessThanOrEqual(1 + 1e-9);
      },
    ),
    { seed, numRuns: 400 },
  );
});

test('entering a stage neither adds evidence nor loses any', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 2_000 }),
      fc.double({ min: 0, max: 0.2, noNaN: true }),
      fc.nat(),
      (stage, perStage, rate, from) => {
        const state = somewhere(defaultCanaryPlan, stage, perStage, rate, from);
        const next = enterStage(state, defaultCanaryPlan, stage + 1);
        for (const of of ['errors', 'slow'] as const) {
          expect(harmLogE(next, defaultCanaryPlan, of)).toBeCloseTo(
            harmLogE(state, defaultCanaryPlan, of),
            10,
          );
        }
      },
    ),
    { seed, numRuns: 100 },
  );
});

test('α is shared out among errors, slow answers and the bound of the baseline', () => {
  const shares = (more: Partial<CanaryPlan>) =>
    defaultCanaryPlan.alpha * Math.exp(harmLogEMin({ ...defaultCanaryPlan, ...more }));
  expect(shares({ errorRateMargin: null })).toBeCloseTo(1, 12);
  expect(shares({})).toBeCloseTo(2, 12);
  expect(shares({ latencyLimitMs: 5 })).toBeCloseTo(3, 12);
});
