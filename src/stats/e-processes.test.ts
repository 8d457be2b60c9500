import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockShape } from './block-shape.ts';
import { logExceedanceEValue } from './one-sample-e-value.ts';
import { countAssignment, emptySplit, splitPValue } from './split-check.ts';
import {
  addBlock,
  emptyTwoSample,
  type TwoSampleSettings,
  type TwoSampleState,
} from './two-sample-e-process.ts';
import { Xoshiro128 } from './xoshiro128.ts';

const seed = 20_261_121;
console.info(`e-processes: seed ${seed}`);
const twenty = Math.log(20);

const choose = (n: number, k: number): number => {
  let product = 1;
  for (let i = 0; i < k; i++) product *= (n - i) / (i + 1);
  return product;
};

/** The mean of the next block's factor when both arms have these rates, over all blocks there can be. */
function meanFactor(
  state: TwoSampleState,
  settings: TwoSampleSettings,
  rates: { a: number; b: number },
): number {
  const { block } = settings;
  let mean = 0;
  for (let a = 0; a <= block.a; a++) {
    for (let b = 0; b <= block.b; b++) {
      const chance =
        choose(block.a, a) *
        rates.a ** a *
        (1 - rates.a) ** (block.a - a) *
        choose(block.b, b) *
        rates.b ** b *
        (1 - rates.b) ** (block.b - b);
      mean += chance * Math.exp(addBlock(state, { a, b }, settings).logE - state.logE);
    }
  }
  return mean;
}

const rate = fc.double({ min: 0, max: 1, noNaN: true });
const settings = fc.record({
  block: fc.constantFrom({ a: 1, b: 1 }, { a: 19, b: 1 }, { a: 3, b: 2 }),
  designEffect: fc.constantFrom(null, 0.02, 0.3),
});
const history = fc.array(fc.tuple(rate, rate), { maxLength: 12 });

/** A state after some blocks of arbitrary outcomes. */
function stateAfter(
  blocks: readonly (readonly [number, number])[],
  given: TwoSampleSettings,
): TwoSampleState {
  return blocks.reduce(
    (state, [a, b]) =>
      addBlock(state, { a: Math.round(a * given.block.a), b: Math.round(b * given.block.b) }, given),
    emptyTwoSample(),
  );
}

test('a bet is fair when the challenger is as good, and unfavourable when it is worse', () => {
  fc.assert(
    fc.property(settings, history, rate, rate, (given, blocks, one, other) => {
      const state = stateAfter(blocks, given);
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      expect(meanFactor(state, given, { a: one, b: one })).toBeLessThanOrEqual(1 + 1e-9);
      expect(meanFactor(state, given, { a: high, b: low })).toBeLessThanOrEqual(1 + 1e-9);
    }),
    { seed, numRuns: 300 },
  );
});

test('a challenger that looks worse is not bet on at all', () => {
  const given = { block: { a: 1, b: 1 }, designEffect: null };
  const state = stateAfter(
    [
      [1, 0],
      [1, 0],
    ],
    given,
  );
  expect(addBlock(state, { a: 0, b: 1 }, given).logE).toBe(state.logE);
});

test('looked at after every block, alike arms reach 20 in at most 5 % of runs; a better one is found', () => {
  const rng = Xoshiro128.fromSeed(seed);
  const reached = (rates: [number, number], given: TwoSampleSettings, blocks: number): boolean => {
    let state = emptyTwoSample();
    const ones = (count: number, p: number) => {
      let sum = 0;
      for (let i = 0; i < count; i++) if (rng.float() < p) sum++;
      return sum;
    };
    for (let k = 0; k < blocks && state.logE < twenty; k++) {
      const { block } = given;
      state = addBlock(state, { a: ones(block.a, rates[0]), b: ones(block.b, rates[1]) }, given);
    }
    return state.logE >= twenty;
  };
  const share = (rates: [number, number], given: TwoSampleSettings, blocks: number, runs: number) =>
    Array.from({ length: runs }, () => reached(rates, given, blocks)).filter(Boolean).length / runs;
  for (const designEffect of [null, 0.02]) {
    for (const block of [
      { a: 1, b: 1 },
      { a: 19, b: 1 },
    ]) {
      expect(share([0.1, 0.1], { block, designEffect }, 400, 400)).toBeLessThanOrEqual(0.05);
    }
  }
  expect(share([0.1, 0.12], { block: { a: 1, b: 1 }, designEffect: 0.02 }, 6_046, 60)).toBeGreaterThan(0.75);
});

test.each([
  [0.5, { a: 1, b: 1 }],
  [0.05, { a: 19, b: 1 }],
  [0.01, { a: 99, b: 1 }],
  [0.4, { a: 3, b: 2 }],
  [0.9, { a: 1, b: 9 }],
  [0.001, { a: 99, b: 1 }],
])('a share of %d is a block of', (share, block) => {
  expect(blockShape(share)).toEqual(block);
});

test('every block is within half a percent of its split', () => {
  for (let percent = 1; percent <= 99; percent++) {
    const { a, b } = blockShape(percent / 100);
    expect(Math.abs(b / (a + b) - percent / 100)).toBeLessThanOrEqual(
      (0.0050001 * Math.min(percent, 100 - percent)) / 100,
    );
  }
});

test('the one-sample e-value: what the integral says, fair at the limit, and it finds five times the limit soon', () => {
  // ∫ θ dθ over (½, 1) / (½ · ½)
  expect(logExceedanceEValue(1, 1, 0.5)).toBeCloseTo(Math.log(1.5), 12);
  expect(logExceedanceEValue(0, 0, 0.01)).toBeCloseTo(0, 12);
  for (const [s, n, limit] of [
    [0, 10, 0.01],
    [7, 300, 0.01],
    [40, 900, 0.05],
  ] as const) {
    const here = logExceedanceEValue(s, n, limit);
    const mean =
      limit * Math.exp(logExceedanceEValue(s + 1, n + 1, limit) - here) +
      (1 - limit) * Math.exp(logExceedanceEValue(s, n + 1, limit) - here);
    expect(mean).toBeCloseTo(1, 10);
  }
  // 1 % allowed, 5 % real: after 300 the expected 15 events suffice for alpha / 2.
  expect(logExceedanceEValue(15, 300, 0.01)).toBeGreaterThan(Math.log(40));
  expect(() => logExceedanceEValue(3, 2, 0.5)).toThrow(RangeError);
  expect(() => logExceedanceEValue(1, 2, 0)).toThrow(RangeError);
});

test('the split check does not depend on the order, finds a mismatch and forgives one that is made good', () => {
  const after = (arms: readonly number[], plan: readonly number[]) => {
    const state = emptySplit(plan.length);
    for (const arm of arms) countAssignment(state, arm, plan);
    return state;
  };
  const half = [0.5, 0.5];
  const of = (a: number, b: number) => [...new Array<number>(a).fill(0), ...new Array<number>(b).fill(1)];
  const one = after(of(60, 40), half);
  expect(after(of(60, 40).reverse(), half).logE).toBeCloseTo(one.logE, 10);
  expect(splitPValue(after(of(1_000, 1_000), half))).toBe(1);
  expect(splitPValue(after(of(5_500, 5_000), half))).toBeLessThan(0.001);
  expect(splitPValue(after([...of(1_000, 0), ...of(0, 1_000)], half))).toBe(1);
  expect(splitPValue(after(of(950, 50), [0.95, 0.05]))).toBe(1);
});

test('assignments drawn as planned alarm in at most 1 % of runs, also when the plan changes with what was seen', () => {
  const rng = Xoshiro128.fromSeed(seed);
  const runs = 500;
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const state = emptySplit(2);
    let alarmed = false;
    for (let i = 0; i < 400; i++) {
      const share = run % 2 === 0 ? 0.2 : Math.min(0.95, Math.max(0.05, state.counts[1]! / (i + 1)));
      countAssignment(state, rng.float() < share ? 1 : 0, [1 - share, share]);
      alarmed ||= splitPValue(state) < 0.01;
    }
    if (alarmed) alarms++;
  }
  expect(alarms / runs).toBeLessThanOrEqual(0.01);
});
