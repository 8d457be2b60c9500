import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CountedObservation, countObservations } from './count-observations.ts';
import { decide } from './decide.ts';
import type { Arm, TestPlan } from './test-plan.ts';
import { emptyState, type TestState } from './test-state.ts';

const plan = (more: Partial<TestPlan> = {}): TestPlan => ({
  minSampleSize: 50,
  maxDurationS: 60,
  probabilityThreshold: 0.95,
  alpha: 0.05,
  maxExpectedLoss: null,
  autoRollback: true,
  rollbackOnErrorRate: null,
  rollbackOnLatencyP95Ms: null,
  prior: { alpha: 1, beta: 1 },
  allocation: 'fixed',
  designEffect: null,
  shares: [0.5, 0.5],
  ...more,
});

const outcome = (arm: Arm, success: boolean, more: Partial<CountedObservation> = {}): CountedObservation => ({
  arm,
  success,
  error: false,
  latencyMs: null,
  drawnWith: [0.5, 0.5],
  ...more,
});

/** So many pairs, of which every so-manieth succeeds. */
function pairs(
  count: number,
  every: [number, number],
  more: Partial<CountedObservation> = {},
): CountedObservation[] {
  return Array.from({ length: count }, (_, i) => [
    outcome(0, i % every[0] === 0, more),
    outcome(1, i % every[1] === 0, more),
  ]).flat();
}

const after = (observations: readonly CountedObservation[], given = plan()): TestState =>
  countObservations(emptyState(), given, observations);

test('an empty test goes on, and ends without a winner', () => {
  expect(decide(emptyState(), plan(), null).decision).toBe('continue');
  expect(decide(emptyState(), plan(), 'duration').decision).toBe('inconclusive');
});

test('every condition must be met: each one alone can hold a promotion', () => {
  const state = after(pairs(400, [10, 5]));
  expect(decide(state, plan(), null).decision).toBe('promote');
  const holds = (more: Partial<TestPlan>, word: RegExp) => {
    const { decision, reason } = decide(state, plan(more), null);
    expect([decision, reason]).toEqual(['continue', expect.stringMatching(word)]);
  };
  holds({ minSampleSize: 401 }, /401 outcomes a variant are needed/);
  holds({ alpha: 1e-12 }, /e-value/);
  holds({ probabilityThreshold: 1 - 1e-15 }, /P\(challenger beats champion\)/);
  holds({ maxExpectedLoss: 1e-30 }, /expected loss/);
  expect(decide(state, plan({ alpha: 1e-12 }), 'duration')).toMatchObject({ decision: 'keep' });
});

test('harm comes first: before the sample size, the split and the better rate', () => {
  const bad = Array.from({ length: 100 }, () => outcome(1, true, { error: true, latencyMs: 900 }));
  const limits = { rollbackOnErrorRate: 0.1, rollbackOnLatencyP95Ms: 500 };
  const given = plan(limits);
  const { decision, reason } = decide(after(bad, given), given, null);
  expect(decision).toBe('rollback');
  expect(reason).toMatch(/100 errors of 100.*100 answers slower/);
  const patient = plan({ ...limits, autoRollback: false });
  expect(decide(after([...bad, ...pairs(400, [10, 3])], patient), patient, null).decision).toBe('continue');
});

test('the champion’s own errors roll nothing back', () => {
  const given = plan({ rollbackOnErrorRate: 0.1 });
  const bad = Array.from({ length: 100 }, () => outcome(0, true, { error: true }));
  expect(decide(after(bad, given), given, null).decision).toBe('continue');
});

test('batches are a matter of transport: however outcomes are cut up, the state is the same', () => {
  const observation = fc.record({
    arm: fc.constantFrom<Arm>(0, 1),
    success: fc.boolean(),
    error: fc.boolean(),
    latencyMs: fc.option(fc.integer({ min: 0, max: 5_000 })),
    drawnWith: fc.constantFrom<CountedObservation['drawnWith']>(null, [0.8, 0.2], [0.5, 0.5]),
  });
  const plans = fc.record({
    shares: fc.constantFrom<[number, number]>([0.5, 0.5], [0.95, 0.05], [0.6, 0.4]),
    designEffect: fc.constantFrom(null, 0.02),
    allocation: fc.constantFrom<TestPlan['allocation']>('fixed', 'thompson'),
  });
  fc.assert(
    fc.property(
      fc.array(observation, { maxLength: 120 }),
      fc.integer({ min: 1, max: 40 }),
      plans,
      (all, size, more) => {
        const given = plan({ ...more, rollbackOnLatencyP95Ms: 1_000 });
        let state = emptyState();
        for (let i = 0; i < all.length; i += size) {
          // Through JSON, as between calls.
          state = JSON.parse(JSON.stringify(countObservations(state, given, all.slice(i, i + size))));
        }
        expect(state).toEqual(JSON.parse(JSON.stringify(after(all, given))));
        const first = all.filter(({ drawnWith }) => drawnWith !== null);
        expect(state.arms.map(({ trials }) => trials)).toEqual(
          [0, 1].map((arm) => first.filter((o) => o.arm === arm).length),
        );
      },
    ),
    { seed: 8, numRuns: 150 },
  );
});

test('exchanging the variants exchanges the evidence', () => {
  const observations = pairs(300, [7, 4]);
  const swapped = observations.map((one) => ({ ...one, arm: (1 - one.arm) as Arm }));
  const [there, back] = [after(observations), after(swapped)];
  expect(there.better.logE).toBeCloseTo(back.worse.logE, 12);
  expect(there.worse.logE).toBeCloseTo(back.better.logE, 12);
  expect(decide(back, plan(), null).decision).toBe('keep');
});

test('a variant that is far ahead in the queue counts in the posterior, and waits in the e-process', () => {
  const state = after(Array.from({ length: 500 }, () => outcome(0, true)));
  expect([state.arms[0].trials, state.pending[0].length, state.better.a.trials]).toEqual([500, 500, 0]);
});
