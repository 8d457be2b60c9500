import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Xoshiro128 } from '../../stats/xoshiro128.ts';
import { type CanaryPlan, canaryPlanFaults, defaultCanaryPlan } from './canary-plan.ts';
import {
  type CanaryOutcome,
  type CanaryState,
  countOutcomes as countArrived,
  enterStage,
  newCanaryState,
} from './canary-state.ts';
import { decideCanary } from './decide-canary.ts';

const seed = 20_261_121;
console.info(`canaries: seed ${seed}`);

const stageOver = defaultCanaryPlan.stageDurationS;
/** Seconds into its stage at which a batch arrives. */
const heardAt = stageOver - 1;

const planned = (more: Partial<CanaryPlan> = {}): CanaryPlan => ({ ...defaultCanaryPlan, ...more });

/** So many of each arm in turn, as the split has it; every so-manieth of an arm is an error. */
function traffic(
  canary: number,
  { percent = 5, every = [100, 100], latencyMs = 10 as number | null } = {},
): CanaryOutcome[] {
  const baseline = Math.round((canary * (100 - percent)) / percent);
  const of = (arm: CanaryOutcome['arm'], count: number, nth: number): CanaryOutcome[] =>
    Array.from({ length: count }, (_, i) => ({ arm, error: i % nth === nth - 1, latencyMs }));
  return [...of('baseline', baseline, every[0]!), ...of('canary', canary, every[1]!)];
}

const countOutcomes = (state: CanaryState, plan: CanaryPlan, outcomes: readonly CanaryOutcome[]) =>
  countArrived(state, plan, outcomes, heardAt);

const after = (outcomes: readonly CanaryOutcome[], plan = planned()): CanaryState =>
  countOutcomes(newCanaryState(plan), plan, outcomes);

test('a canary goes through all stages on evidence of health, and completes at 100 %', () => {
  const plan = planned();
  let state = newCanaryState(plan);
  for (const [stage, percent] of plan.stages.entries()) {
    state = enterStage(state, plan, stage);
    expect(decideCanary(state, plan, stageOver)).toMatchObject({
      decision: 'hold',
      reason: `nothing was seen of the canary at ${percent} % yet`,
    });
    state = countOutcomes(state, plan, traffic(3_000, { percent }));
    expect(decideCanary(state, plan, stageOver - 1)).toMatchObject({ decision: 'hold' });
    expect(decideCanary(state, plan, stageOver)).toMatchObject({
      decision: 'advance',
      reason: expect.stringMatching(
        new RegExp(`healthy after 600 s and 3000 outcomes at ${percent} %.*below`),
      ),
    });
  }
  expect(() => enterStage(state, plan, plan.stages.length)).toThrow(RangeError);
});

test('absence of alarm is not health: too few outcomes, and too uncertain ones, hold', () => {
  const reasonAfter = (outcomes: CanaryOutcome[]) => {
    const { decision, reason } = decideCanary(after(outcomes), planned(), stageOver);
    expect(decision).toBe('hold');
    return reason;
  };
  expect(reasonAfter(traffic(199))).toBe('200 outcomes of the canary are needed at 5 %, there are 199');
  expect(reasonAfter(traffic(250, { every: [50, 50] }))).toMatch(
    /not shown to be healthy yet: errors, 5 of 250, are at most/,
  );
});

test('evidence that has gone stale holds, whatever it was', () => {
  const state = after(traffic(3_000));
  expect(decideCanary(state, planned(), heardAt + 60).decision).toBe('advance');
  expect(decideCanary(state, planned(), heardAt + 61)).toMatchObject({
    decision: 'hold',
    reason: "the canary's last outcome is 61 s old, at most 60 s are allowed",
  });
});

test('harm comes first: before the duration, the number of outcomes and the split', () => {
  const { decision, reason, health } = decideCanary(after(traffic(150, { every: [100, 4] })), planned(), 1);
  expect(decision).toBe('rollback');
  expect(reason).toMatch(/37 errors of 150 in this stage beside 28 of 2850 of the baseline, e-value/);
  expect(health.checks[0]!.logE).toBeGreaterThan(Math.log(2 / 0.05));
  const alone = traffic(150, { every: [100, 2] }).filter(({ arm }) => arm === 'canary');
  expect(decideCanary(after(alone), planned(), 1).decision).toBe('rollback');
});

test('slow answers are harm where there is a limit for them, and need evidence of their own', () => {
  const plan = planned({ latencyLimitMs: 100 });
  const slow = traffic(400).map((outcome, i) => ({ ...outcome, latencyMs: i % 5 === 0 ? 101 : 100 }));
  expect(decideCanary(after(slow, plan), plan, stageOver)).toMatchObject({
    decision: 'rollback',
    reason: expect.stringMatching(/80 answers slower than the latency limit of 400/),
  });
  expect(decideCanary(after(slow), planned(), stageOver).decision).toBe('hold');
  const unmeasured = after(traffic(3_000, { latencyMs: null }), plan);
  expect(decideCanary(unmeasured, plan, stageOver)).toMatchObject({
    decision: 'hold',
    reason: expect.stringMatching(/answers slower than the latency limit, 0 of 0, are at most 100.00 %/),
  });
});

test('the baseline’s errors are its own; a margin above them is what is allowed', () => {
  const decided = (every: [number, number], plan = planned()) =>
    decideCanary(after(traffic(5_000, { every }), plan), plan, stageOver).decision;
  expect(decided([25, 25])).toBe('advance');
  expect(decided([25, 1_000])).toBe('advance');
  expect(decided([1_000, 25])).toBe('rollback');
  expect(decided([25, 25], planned({ errorRateMax: 0.02 }))).toBe('rollback');
  // Neither harmful nor shown to be healthy.
  expect(decided([25, 25], planned({ errorRateMax: 0.04 }))).toBe('hold');
  expect(decided([12, 12], planned({ errorRateMax: null, errorRateMargin: 0.01 }))).toBe('hold');
  expect(decided([12, 12], planned({ errorRateMax: null }))).toBe('advance');
});

test('outcomes that do not match the split hold: those of failing canaries may be the ones that get lost', () => {
  const state = after(traffic(1_000, { percent: 10 }));
  expect(decideCanary(state, planned(), stageOver)).toMatchObject({
    decision: 'hold',
    reason: expect.stringMatching(
      /do not match the split: 1000 of the canary to 9000 of the baseline at 5 %/,
    ),
  });
  expect(decideCanary(state, planned({ checkSplit: false }), stageOver).decision).toBe('advance');
});

test('harm that begins late is not outvoted by a healthy past', () => {
  const plan = planned({ errorRateMax: null });
  let state = newCanaryState(plan);
  for (const stage of [0, 1, 2]) {
    state = countOutcomes(
      enterStage(state, plan, stage),
      plan,
      traffic(20_000, { percent: plan.stages[stage]! }),
    );
  }
  state = countOutcomes(enterStage(state, plan, 3), plan, traffic(1_500, { percent: 50, every: [100, 20] }));
  expect(decideCanary(state, plan, 1).decision).toBe('rollback');
});

test('at 100 % the canary is held against what the baseline had, which no longer moves', () => {
  const plan = planned({ stages: [50, 100], errorRateMax: null });
  let state = after(traffic(5_000, { percent: 50 }), plan);
  state = enterStage(state, plan, 1);
  const late = countOutcomes(state, plan, [{ arm: 'baseline', error: true }]);
  expect(late).toEqual(state);
  const bad = traffic(1_000, { percent: 100, every: [100, 10] });
  expect(decideCanary(countOutcomes(state, plan, bad), plan, 1).decision).toBe('rollback');
  const good = traffic(2_000, { percent: 100 });
  expect(decideCanary(countOutcomes(state, plan, good), plan, stageOver).decision).toBe('advance');
});

test('the state is JSON, of a bounded size, and a batch leaves the given one as it was', () => {
  const plan = planned({ latencyLimitMs: 100 });
  const rng = Xoshiro128.fromSeed(seed);
  let state = newCanaryState(plan);
  for (let batch = 0; batch < 30; batch++) {
    const arm = batch % 3 === 0 ? 'canary' : 'baseline';
    const outcomes = Array.from(
      { length: 4_000 },
      () => ({ arm, error: rng.float() < 0.01, latencyMs: 5 }) as const,
    );
    const before = JSON.stringify(state);
    const next = countOutcomes(state, plan, outcomes);
    expect(JSON.stringify(state)).toBe(before);
    state = JSON.parse(JSON.stringify(next));
    expect(state).toEqual(next);
  }
  expect(JSON.stringify(state).length).toBeLessThan(12_000);
  expect(enterStage(state, plan, 0)).toBe(state);
  expect(() => enterStage(state, plan, 2)).toThrow(/does not follow/);
});

test('no outcome whatsoever: nothing advances and nothing is rolled back, in any stage', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4 }),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      (last, seconds) => {
        let state = newCanaryState(planned());
        for (let stage = 0; stage <= last; stage++) state = enterStage(state, planned(), stage);
        expect(decideCanary(state, planned(), seconds).decision).toBe('hold');
      },
    ),
    { seed, numRuns: 50 },
  );
});

test('the order in which a batch delivers the arms does not matter much, and that of the batches neither', () => {
  const plan = planned();
  const outcomes = traffic(300, { every: [100, 20] });
  const logE = (batches: CanaryOutcome[][]) => {
    const state = batches.reduce((s, batch) => countOutcomes(s, plan, batch), newCanaryState(plan));
    return decideCanary(state, plan, 1).health.checks[0]!.logE;
  };
  const together = logE([outcomes]);
  expect(logE([outcomes.toReversed()])).toBeCloseTo(together, -1);
  expect(logE([outcomes.slice(0, 5_700), outcomes.slice(5_700)])).toBeCloseTo(together, -1);
  expect(together).toBeGreaterThan(Math.log(40));
});

test('a plan says everything that is wrong with it', () => {
  expect(canaryPlanFaults(defaultCanaryPlan)).toEqual([]);
  const broken = planned({
    stages: [10, 10, 90],
    stageDurationS: -1,
    minOutcomes: 0,
    outcomeAgeMaxS: 0,
    alpha: 1,
    errorRateMax: null,
    errorRateMargin: null,
    latencyLimitMs: 0,
  });
  expect(canaryPlanFaults(broken)).toHaveLength(8);
  expect(canaryPlanFaults(planned({ stages: [] }))).not.toEqual([]);
  expect(() => newCanaryState(broken)).toThrow(/the last stage must be 100/);
});
