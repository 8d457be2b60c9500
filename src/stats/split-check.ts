/** What the split check keeps: assignments counted and expected, an entry for each arm, and the evidence so far. */
export interface SplitState {
  counts: number[];
  /** The sum of the probabilities with which each arm was drawn. */
  expected: number[];
  /** Natural logarithm of the e-value. */
  logE: number;
}

export const emptySplit = (arms: number): SplitState => ({
  counts: new Array<number>(arms).fill(0),
  expected: new Array<number>(arms).fill(0),
  logE: 0,
});

/**
 * How firmly the alternative starts near the plan, in assignments. Lindon and Malek find imbalances of a few percent
 * soonest with some hundred; 5,000 against 5,500 of a 50/50 split is found either way.
 */
const concentration = 100;

/**
 * Counts one more assignment, to `arm` out of `probabilities`: the anytime-valid multinomial test for sample ratio
 * mismatch (Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022). With constant
 * probabilities π it is theirs, a Dirichlet(k π) mixture against π, and depends on the counts alone. With probabilities
 * that change (Thompson sampling) each arm's is tilted by how much oftener than planned it came so far, which is the
 * same where they do not.
 *
 * The state is changed in place: 10,000 of them are counted a call.
 */
export function countAssignment(state: SplitState, arm: number, probabilities: readonly number[]): void {
  const plan = probabilities[arm]!;
  let total = 0;
  for (let k = 0; k < probabilities.length; k++) total += tilted(state, k, probabilities[k]!);
  state.logE += Math.log(tilted(state, arm, plan) / total / plan);
  for (let k = 0; k < probabilities.length; k++) state.expected[k]! += probabilities[k]!;
  state.counts[arm]!++;
}

function tilted({ counts, expected }: SplitState, arm: number, plan: number): number {
  const started = concentration * plan;
  return (plan * (started + counts[arm]!)) / (started + expected[arm]!);
}

/** The anytime-valid p-value, min(1, 1/e): valid whenever one looks, and it recovers when the split does. */
export function splitPValue({ logE }: SplitState): number {
  return Math.min(1, Math.exp(-logE));
}
