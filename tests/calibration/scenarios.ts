import { defaultCanaryPlan } from '../../src/shadow/canaries/canary-plan.ts';
import type { CanaryScenario } from './simulate-canary.ts';
import type { PairScenario } from './simulate-pairs.ts';
import type { TestScenario } from './simulate-test.ts';

/** Two alike: whatever is promoted is promoted wrongly. 60 looks, one after every 200 units. */
export const alike: TestScenario[] = [0.001, 0.01, 0.1, 0.5].flatMap((rate) =>
  [0.5, 0.05].map((share) => ({
    rates: [rate, rate] as [number, number],
    share,
    designEffect: null,
    batch: 200,
    looks: 60,
    minSampleSize: 100,
  })),
);

/**
 * Clearly worse, with the least number of samples that tests have by default. With 100 of them five of 20,000 were
 * promoted: luck among the first two hundred, which is what a least number of samples is for.
 */
export const worse: TestScenario = {
  rates: [0.12, 0.1],
  share: 0.5,
  designEffect: null,
  batch: 200,
  looks: 60,
  minSampleSize: 1_000,
};

/** Units an arm of a one-sided test of fixed size at alpha 0.05 with a power of 80 %, for 0.10 against 0.12. */
export const fixedSize = 3_023;

/** Up to twice the fixed size, looked at after every hundred units. */
export const better: TestScenario = {
  rates: [0.1, 0.12],
  share: 0.5,
  designEffect: 0.02,
  batch: 100,
  looks: Math.ceil((2 * 2 * fixedSize) / 100),
  minSampleSize: 100,
};

export const discordant: PairScenario = { onlyChallenger: 0.03, onlyChampion: 0.01, samplesMax: 100_000 };

const ramp = (baseline: number, canary: number[], more: Partial<CanaryScenario> = {}): CanaryScenario => ({
  // A latency limit too, so that alpha is split as far as it can be.
  plan: { ...defaultCanaryPlan, latencyLimitMs: 100 },
  baselineErrorRate: baseline,
  canaryErrorRates: canary,
  slowShare: 0.02,
  requestsPerLook: 500,
  looksMax: 400,
  cutWithinLooks: null,
  ...more,
});

const always = (rate: number) => new Array<number>(defaultCanaryPlan.stages.length).fill(rate);

/** Canaries that are exactly as good as the baseline: whatever is rolled back is rolled back wrongly. */
export const harmless: CanaryScenario[] = [0.001, 0.01, 0.05].map((rate) => ramp(rate, always(rate)));

/** As good as the baseline, and both exactly at the plan's limits: the most that is harmless. No stage is ever passed. */
export const atTheLimits: CanaryScenario = ramp(0.1, always(0.1), { slowShare: 0.05, looksMax: 100 });

/** Five times the errors from the first request on, at 5 % beside 95 %; five canary requests a look, to count them. */
export const harmful: CanaryScenario = ramp(0.01, always(0.05), { requestsPerLook: 100 });

/** Twice the errors, which stays within the margin of what may be called healthy. */
export const harmfulTwice: CanaryScenario = ramp(0.01, always(0.02));

/** Healthy until half of the traffic is on it. */
export const harmfulLate: CanaryScenario = ramp(0.01, [0.01, 0.01, 0.01, 0.05, 0.05]);

/** Healthy, and its outcomes stop arriving before the ramp can be over: five stages of ten looks at least. */
export const cutOff: CanaryScenario = ramp(0.01, always(0.01), { cutWithinLooks: 49, looksMax: 150 });
