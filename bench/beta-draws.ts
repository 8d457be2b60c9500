import { execFileSync } from 'node:child_process';
import { betaSampler } from '../src/stats/beta-sampler.ts';
import { drawArms } from '../src/stats/monte-carlo.ts';
import { WordStream } from '../src/stats/word-stream.ts';
import { plainBetaSum } from './references/plain-statistics.ts';
import { alternate, type BenchContext, type BenchRow, median } from './row.ts';

const shape = { alpha: 101, beta: 901 };
const draws = 2_000_000;

const numpyProgram = `
import time, numpy
g = numpy.random.default_rng(1)
g.beta(${shape.alpha}, ${shape.beta}, 100000)
t = time.perf_counter()
g.beta(${shape.alpha}, ${shape.beta}, ${draws})
print(${draws} / (time.perf_counter() - t))
`;

/** P8: Beta draws a second on one thread, against a plain loop and against numpy where there is one. */
export async function betaDrawsScenario(context: BenchContext): Promise<BenchRow[]> {
  const words = new WordStream(1);
  const draw = betaSampler(shape);
  const timed = (work: () => number) => async () => {
    const startedAt = performance.now();
    const mean = work() / draws;
    if (Math.abs(mean - 101 / 1002) > 1e-4) throw new Error(`P8: the mean of the draws is ${mean}`);
    return (draws / (performance.now() - startedAt)) * 1_000;
  };
  const ours = timed(() => {
    let sum = 0;
    for (let i = 0; i < draws; i++) sum += draw(words);
    return sum;
  });
  const plain = timed(() => plainBetaSum(shape.alpha, shape.beta, draws));
  await alternate(1, ours, plain);
  const againstPlain = await alternate(context.rounds, ours, plain);
  const row = { id: 'P8', unit: 'draws/s' };
  const rows: BenchRow[] = [
    {
      ...row,
      scenario: 'Beta draws, one thread, against a plain Marsaglia–Tsang loop',
      assay: againstPlain.a,
      reference: againstPlain.b,
      ratio: againstPlain.ratio,
      ranges: againstPlain.ranges,
      floor: 1.2,
      goal: 1.6,
      note: `two arms, 10,000 draws: ${monteCarloMs().toFixed(2)} ms`,
    },
  ];
  if (numpy() === null) {
    context.log('P8: no numpy here, its row is skipped');
    return rows;
  }
  const againstNumpy = await alternate(context.rounds, ours, async () => numpy()!);
  rows.push({
    ...row,
    scenario: 'the same against numpy’s Generator.beta',
    assay: againstNumpy.a,
    reference: againstNumpy.b,
    ratio: againstNumpy.ratio,
    ranges: againstNumpy.ranges,
    floor: null,
    goal: 0.8,
  });
  return rows;
}

/** The median of some runs of two arms and 10,000 draws. */
function monteCarloMs(): number {
  const shapes = [shape, { alpha: 121, beta: 881 }];
  return median(
    Array.from({ length: 50 }, (_, run) => {
      const startedAt = performance.now();
      drawArms(shapes, 10_000, run);
      return performance.now() - startedAt;
    }),
  );
}

/** Draws a second, or null where there is no Python with numpy. */
function numpy(): number | null {
  try {
    const output = execFileSync('python3', ['-c', numpyProgram], { stdio: ['ignore', 'pipe', 'ignore'] });
    return Number(output.toString());
  } catch {
    return null;
  }
}
