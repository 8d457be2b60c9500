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
