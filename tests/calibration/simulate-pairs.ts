import { logPairedEValue } from '../../src/stats/paired-e-value.ts';
import { Xoshiro128 } from '../../src/stats/xoshiro128.ts';

export interface PairScenario {
  /** Shares of samples that only the challenger, and only the champion, gets right. */
  onlyChallenger: number;
  onlyChampion: number;
  samplesMax: number;
}

export interface SimulatedPairs {
  runs: number;
  conclusive: number;
  /** Samples until the end, summed over the runs. */
  samples: number;
}

/** Plays shadow comparisons at alpha 0.05, looked at after every sample on which the two differ. */
export function simulatePairs(scenario: PairScenario, runs: number, seed: number): SimulatedPairs {
  const rng = Xoshiro128.fromSeed(seed);
  const { onlyChallenger, onlyChampion, samplesMax } = scenario;
  const needed = Math.log(20);
  const total: SimulatedPairs = { runs, conclusive: 0, samples: 0 };
  for (let run = 0; run < runs; run++) {
    let [b, c] = [0, 0];
    let samples = 0;
    let conclusive = false;
    while (samples < samplesMax && !conclusive) {
      samples++;
      const u = rng.float();
      if (u >= onlyChallenger + onlyChampion) continue;
      if (u < onlyChallenger) b++;
      else c++;
      conclusive = logPairedEValue(b, c) >= needed;
    }
    if (conclusive) total.conclusive++;
    total.samples += samples;
  }
  return total;
}
