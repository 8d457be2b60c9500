import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Piscina } from 'piscina';
import { wilsonInterval } from '../../src/stats/wilson.ts';
import { alike, better, discordant, fixedSize, worse } from './scenarios.ts';
import type { PairScenario, SimulatedPairs } from './simulate-pairs.ts';
import type { SimulatedRuns, TestScenario } from './simulate-test.ts';

/** Small enough that all threads end at about the same time. */
const runsPerTask = 100;

/**
 * `npm run calibrate [-- --runs 20000 --seed 1 --threads 2]`: plays A/A tests, worse and better challengers through the
 * product's decision code and prints what happened as the table of docs/explanation/statistics.md. Exits with 1 where a
 * goal is missed.
 */
async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: { runs: { type: 'string' }, seed: { type: 'string' }, threads: { type: 'string' } },
  });
  const runs = Number(values.runs ?? 20_000);
  const seed = Number(values.seed ?? 20_261_121);
  const threads = Number(values.threads ?? availableParallelism());
  const pool = new Piscina({ filename: new URL('./thread.ts', import.meta.url).href, maxThreads: threads });
  say(`${runs} runs each, seed ${seed}\n`);
  say(
    '| scenario | promoted | 95 % interval | naive rule | goal | met |\n| --- | --- | --- | --- | --- | --- |',
  );
  let missed = 0;
  const row = (
    name: string,
    promoted: string,
    interval: string,
    naive: string,
    goal: string,
    met: boolean,
  ) => {
    if (!met) missed++;
    say(`| ${name} | ${promoted} | ${interval} | ${naive} | ${goal} | ${met ? 'yes' : 'no'} |`);
  };
  for (const scenario of alike) {
    const total = await play<SimulatedRuns>(pool, scenario, runs, seed, addRuns);
    const [low, high] = wilsonInterval(total.promoted, total.runs)!;
    row(
      `alike, rate ${scenario.rates[0]}, split ${splitOf(scenario)}`,
      percent(total.promoted / total.runs),
      `${percent(low)} to ${percent(high)}`,
      percent(total.promotedNaively / total.runs),
      'at most 5 %, upper end 5.5 %',
      total.promoted / total.runs <= 0.05 && high <= 0.055,
    );
  }
  const lost = await play<SimulatedRuns>(pool, worse, runs, seed, addRuns);
  row(
    'worse, 0.12 → 0.10',
    String(lost.promoted),
    '',
    percent(lost.promotedNaively / runs),
    'never',
    lost.promoted === 0,
  );
  const won = await play<SimulatedRuns>(pool, better, runs, seed, addRuns);
  const units = won.challengerUnits / won.runs;
  row(
    `better, 0.10 → 0.12, design_effect 0.02: ${Math.round(units)} units an arm on average, ${(units / fixedSize).toFixed(3)} of the fixed size ${fixedSize}`,
    percent(won.promoted / won.runs),
    '',
    '',
    'at most 1.05 of the fixed size',
    units / fixedSize <= 1.05,
  );
  const pairs = await play<SimulatedPairs>(pool, discordant, runs, seed, addPairs);
  row(
    `paired, 3 % against 1 % discordant: ${Math.round(pairs.samples / pairs.runs)} samples on average`,
    percent(pairs.conclusive / pairs.runs),
    '',
    '',
    'at most 1,150 samples',
    pairs.samples / pairs.runs <= 1_150,
  );
  await pool.destroy();
  return missed === 0 ? 0 : 1;
}

async function play<T>(
  pool: Piscina,
  scenario: TestScenario | PairScenario,
  runs: number,
  seed: number,
  add: (a: T, b: T) => T,
): Promise<T> {
  const tasks = Array.from({ length: Math.ceil(runs / runsPerTask) }, (_, k) =>
    pool.run({ scenario, runs: Math.min(runsPerTask, runs - k * runsPerTask), seed: seed + 7_919 * k }),
  );
  return ((await Promise.all(tasks)) as T[]).reduce(add);
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

const splitOf = ({ share }: TestScenario) => `${Math.round((1 - share) * 100)}/${Math.round(share * 100)}`;
const percent = (value: number) => `${(value * 100).toFixed(2)} %`;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));
