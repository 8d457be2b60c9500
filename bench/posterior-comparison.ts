import { compareBetas } from '../src/stats/compare-betas.ts';
import { plainComparison } from './references/plain-statistics.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

/** 30,000 trials an arm, 3,000 and 3,100 successes, uniform prior. */
const shapes = [3_001, 27_001, 3_101, 26_901] as const;
const calls = { ours: 2_000, reference: 40 } as const;

/** P7: P(B > A) and both expected losses, comparisons a second, against Miller's sum written plainly. */
export async function posteriorScenario(context: BenchContext): Promise<BenchRow[]> {
  const [a1, a2, b1, b2] = shapes;
  const ours = () => compareBetas({ alpha: a1, beta: a2 }, { alpha: b1, beta: b2 });
  const reference = () => plainComparison(a1, a2, b1, b2);
  const difference = Math.abs(ours().pBGtA - reference()[0]);
  if (difference > 1e-6) throw new Error(`P7: the two differ by ${difference}`);
  const perSecond = (call: () => unknown, count: number) => async () => {
    const startedAt = performance.now();
    for (let i = 0; i < count; i++) call();
    return (count / (performance.now() - startedAt)) * 1_000;
  };
  await alternate(1, perSecond(ours, calls.ours), perSecond(reference, calls.reference));
  const measured = await alternate(
    context.rounds,
    perSecond(ours, calls.ours),
    perSecond(reference, calls.reference),
  );
  return [
    {
      id: 'P7',
      scenario: 'P(B > A) and both losses, 30,000 an arm, against Miller’s sum',
      assay: measured.a,
      reference: measured.b,
      ratio: measured.ratio,
      ranges: measured.ranges,
      floor: 10,
      goal: 30,
      unit: '/s',
      note: `${(1e6 / measured.a).toFixed(1)} µs each; the sum differs by ${difference.toExponential(1)}`,
    },
  ];
}
