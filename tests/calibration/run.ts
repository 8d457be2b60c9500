import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Piscina } from 'piscina';
import { canaryRows, type Play, testRows } from './rows.ts';
import type { SimulatedCanaries } from './simulate-canary.ts';
import type { SimulatedPairs } from './simulate-pairs.ts';
import type { SimulatedRuns } from './simulate-test.ts';
import type { Scenario } from './thread.ts';

/** Small enough that all threads end at about the same time; fixed, since each task has a seed of its own. */
const runsPerTask = 100;
/** A ramp is 30,000 requests and more, of which a tenth of as many say enough: none in 2,000 is at most 0.2 %. */
const rampsPerRun = 0.1;

/**
 * `npm run calibrate [-- --runs 20000 --seed 20261121 --threads 2 --only tests|canaries]`: plays A/A tests, worse and
 * better challengers and canaries through the product's decision code and prints what happened as the table of
 * docs/explanation/statistics.md. The seed and the number of runs decide every figure, the number of threads none. Exits
 * with 1 where a goal is missed.
 */
async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      runs: { type: 'string' },
      seed: { type: 'string' },
      threads: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const runs = Number(values.runs ?? 20_000);
  const seed = Number(values.seed ?? 20_261_121);
  const threads = Number(values.threads ?? availableParallelism());
  const pool = new Piscina({ filename: new URL('./thread.ts', import.meta.url).href, maxThreads: threads });
  const ramps = Math.ceil(runs * rampsPerRun);
  say(`${runs} tests or comparisons a row, ${ramps} ramps a row, seed ${seed}\n`);
  say('| scenario | result | 95 % interval | naive rule | goal | met |');
  say('| --- | --- | --- | --- | --- | --- |');
  let missed = 0;
  const tables = {
    tests: () => testRows(playOn(pool, runs, seed)),
    canaries: () => canaryRows(playOn(pool, ramps, seed)),
  };
  for (const [name, rows] of Object.entries(tables)) {
    if (values.only !== undefined && values.only !== name) continue;
    for await (const { scenario, result, interval, naive, goal, met } of rows()) {
      if (!met) missed++;
      say(`| ${scenario} | ${result} | ${interval} | ${naive} | ${goal} | ${met ? 'yes' : 'no'} |`);
    }
  }
  await pool.destroy();
  return missed === 0 ? 0 : 1;
}

function playOn(pool: Piscina, runs: number, seed: number): Play {
  const play = async <T>(scenario: Scenario, add: (a: T, b: T) => T): Promise<T> => {
    const tasks = Array.from({ length: Math.ceil(runs / runsPerTask) }, (_, k) =>
      pool.run({ scenario, runs: Math.min(runsPerTask, runs - k * runsPerTask), seed: seed + 7_919 * k }),
    );
    return ((await Promise.all(tasks)) as T[]).reduce(add);
  };
  return {
    tests: (scenario) => play(scenario, addRuns),
    pairs: (scenario) => play(scenario, addPairs),
    canaries: (scenario) => play(scenario, addCanaries),
  };
}

const addRuns = (a: SimulatedRuns, b: SimulatedRuns): SimulatedRuns => ({
  runs: a.runs + b.runs,
  promoted: a.promoted + b.promoted,
  kept: a.kept + b.kept,
  promotedNaively: a.promotedNaively + b.promotedNaively,
  challengerUnits: a.challengerUnits + b.challengerUnits,
});

const addPairs = (a: SimulatedPairs, b: SimulatedPairs): SimulatedPairs => ({
  runs: a.runs + b.runs,
  conclusive: a.conclusive + b.conclusive,
  samples: a.samples + b.samples,
});

const addCanaries = (a: SimulatedCanaries, b: SimulatedCanaries): SimulatedCanaries => ({
  runs: a.runs + b.runs,
  rolledBack: a.rolledBack + b.rolledBack,
  completed: a.completed + b.completed,
  advancedBlind: a.advancedBlind + b.advancedBlind,
  requestsToRollback: [...a.requestsToRollback, ...b.requestsToRollback],
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));
