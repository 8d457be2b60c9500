import { type PairScenario, type SimulatedPairs, simulatePairs } from './simulate-pairs.ts';
import { type SimulatedRuns, simulateTests, type TestScenario } from './simulate-test.ts';

export interface CalibrationTask {
  scenario: TestScenario | PairScenario;
  runs: number;
  seed: number;
}

/** Entry point of the threads of `npm run calibrate`. */
export default function calibrate({ scenario, runs, seed }: CalibrationTask): SimulatedRuns | SimulatedPairs {
  return 'rates' in scenario ? simulateTests(scenario, runs, seed) : simulatePairs(scenario, runs, seed);
}
