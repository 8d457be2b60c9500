import { type CanaryScenario, type SimulatedCanaries, simulateCanaries } from './simulate-canary.ts';
import { type PairScenario, type SimulatedPairs, simulatePairs } from './simulate-pairs.ts';
import { type SimulatedRuns, simulateTests, type TestScenario } from './simulate-test.ts';

export type Scenario = TestScenario | PairScenario | CanaryScenario;
export type Simulated = SimulatedRuns | SimulatedPairs | SimulatedCanaries;

export interface CalibrationTask {
  scenario: Scenario;
  runs: number;
  seed: number;
}

/** Entry point of the threads of `npm run calibrate`. */
export default function calibrate({ scenario, runs, seed }: CalibrationTask): Simulated {
  if ('rates' in scenario) return simulateTests(scenario, runs, seed);
  if ('plan' in scenario) return simulateCanaries(scenario, runs, seed);
  return simulatePairs(scenario, runs, seed);
}
