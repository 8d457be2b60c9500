import { wilsonInterval } from '../../src/stats/wilson.ts';
import {
  alike,
  atTheLimits,
  better,
  cutOff,
  discordant,
  fixedSize,
  harmful,
  harmfulLate,
  harmfulTwice,
  harmless,
  worse,
} from './scenarios.ts';
import type { CanaryScenario, SimulatedCanaries } from './simulate-canary.ts';
import type { PairScenario, SimulatedPairs } from './simulate-pairs.ts';
import type { SimulatedRuns, TestScenario } from './simulate-test.ts';

/** A line of the table; `met` says whether the goal was. */
export interface Row {
  scenario: string;
  result: string;
  interval: string;
  naive: string;
  goal: string;
  met: boolean;
}

/** Plays a scenario, and adds up what all threads played of it. */
export interface Play {
  tests(scenario: TestScenario): Promise<SimulatedRuns>;
  pairs(scenario: PairScenario): Promise<SimulatedPairs>;
  canaries(scenario: CanaryScenario): Promise<SimulatedCanaries>;
}

/** The rows of A/B tests and of shadow comparisons, one after the other. */
export async function* testRows(play: Play): AsyncGenerator<Row> {
  for (const scenario of alike) yield alikeRow(scenario, await play.tests(scenario));
  yield worseRow(await play.tests(worse));
  yield betterRow(await play.tests(better));
  yield pairedRow(await play.pairs(discordant));
}

/** The rows of canaries. */
export async function* canaryRows(play: Play): AsyncGenerator<Row> {
  for (const scenario of harmless) {
    yield harmlessRow(`canary alike, errors ${scenario.baselineErrorRate}`, await play.canaries(scenario));
  }
  yield harmlessRow('canary alike, both at the limits', await play.canaries(atTheLimits));
  yield harmfulRow('canary 1 % → 5 %, at 5 % beside 95 %', await play.canaries(harmful), 300);
  yield harmfulRow('canary 1 % → 2 %', await play.canaries(harmfulTwice), null);
  yield harmfulRow('canary 1 % → 5 % from the stage of 50 % on', await play.canaries(harmfulLate), null);
  yield cutOffRow(await play.canaries(cutOff));
}

function alikeRow({ rates, share }: TestScenario, total: SimulatedRuns): Row {
  return {
    scenario: `alike, rate ${rates[0]}, split ${Math.round((1 - share) * 100)}/${Math.round(share * 100)}`,
    ...wrongly(total.promoted, total.runs, 'promoted'),
    naive: percent(total.promotedNaively / total.runs),
  };
}

function worseRow({ promoted, promotedNaively, runs }: SimulatedRuns): Row {
  return {
    scenario: 'worse, 0.12 → 0.10',
    result: `${promoted} promoted`,
    interval: intervalOf(promoted, runs),
    naive: percent(promotedNaively / runs),
    goal: 'never',
    met: promoted === 0,
  };
}

function betterRow({ promoted, challengerUnits, runs }: SimulatedRuns): Row {
  const units = challengerUnits / runs;
  const ratio = units / fixedSize;
  return {
    scenario: 'better, 0.10 → 0.12, design_effect 0.02',
    result: `power ${percent(promoted / runs)}; ${Math.round(units)} units an arm on average, ${ratio.toFixed(3)} of ${fixedSize}`,
    interval: intervalOf(promoted, runs),
    naive: '',
    goal: 'at most 1.2 of the fixed size, better 1.05',
    met: ratio <= 1.2,
  };
}

function pairedRow({ conclusive, samples, runs }: SimulatedPairs): Row {
  return {
    scenario: 'paired, 3 % against 1 % discordant',
    result: `power ${percent(conclusive / runs)}; ${Math.round(samples / runs)} samples on average`,
    interval: intervalOf(conclusive, runs),
    naive: '',
    goal: 'at most 1,150 samples',
    met: samples / runs <= 1_150,
  };
}

function harmlessRow(scenario: string, { rolledBack, runs }: SimulatedCanaries): Row {
  return { scenario, ...wrongly(rolledBack, runs, 'rolled back'), naive: '' };
}

function harmfulRow(scenario: string, total: SimulatedCanaries, medianMax: number | null): Row {
  const { rolledBack, requestsToRollback, runs } = total;
  const ordered = requestsToRollback.toSorted((a, b) => a - b);
  const at = (q: number) => ordered[Math.floor(q * ordered.length)] ?? Number.POSITIVE_INFINITY;
  return {
    scenario,
    result: `${percent(rolledBack / runs)} rolled back, after ${at(0.5)} of its requests in the median, ${at(0.95)} in 95 %`,
    interval: intervalOf(rolledBack, runs),
    naive: '',
    goal: medianMax === null ? 'at least 99 %' : `a median of at most ${medianMax}`,
    met: medianMax === null ? rolledBack / runs >= 0.99 : at(0.5) <= medianMax,
  };
}

function cutOffRow({ advancedBlind, completed, runs }: SimulatedCanaries): Row {
  return {
    scenario: 'canary alike, its outcomes cut off',
    result: `${advancedBlind} stages left without outcomes, ${completed} completed, of ${runs}`,
    interval: '',
    naive: '',
    goal: 'none',
    met: advancedBlind + completed === 0,
  };
}

function wrongly(count: number, runs: number, what: string) {
  return {
    result: `${percent(count / runs)} ${what}`,
    interval: intervalOf(count, runs),
    goal: 'at most 5 %, upper end 5.5 %',
    met: count / runs <= 0.05 && wilsonInterval(count, runs)![1] <= 0.055,
  };
}

function intervalOf(count: number, runs: number): string {
  const [low, high] = wilsonInterval(count, runs)!;
  return `${percent(low)} to ${percent(high)}`;
}

const percent = (value: number) => `${(value * 100).toFixed(2)} %`;
