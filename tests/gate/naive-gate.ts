import { netLossUpperBound } from '../../src/stats/net-loss-bound.ts';

// The gate as the design's words have it, without any of the product's own decisions: what a reader would write down.

/** A rule as an evaluation saw it, on distinct requests and on all of them. */
export interface EvaluationFact {
  kind: 'evaluation';
  hash: string;
  status: 'completed' | 'failed' | 'running' | 'queued';
  counts: Matrix;
  distinct: Matrix;
  baselineHash: string | null;
  /** Only the challenger right, only the baseline right. */
  attackPairs: [number, number];
  benignPairs: [number, number];
  /** Versions of the rule that were compared on the data set, this one included. */
  versions: number;
}

export interface Matrix {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

export interface TestFact {
  kind: 'test';
  hash: string;
  decision: 'continue' | 'promote' | 'keep' | 'rollback' | 'inconclusive';
  alpha: number;
}

export type Fact = EvaluationFact | TestFact;

export interface Asked {
  samples: number;
  precision: number;
  recall: number;
}

/** Whether a fact shows that this rule may go live where `active` is. */
export function shows(fact: Fact, hash: string, asked: Asked, active: string | null): boolean {
  if (fact.hash !== hash) return false;
  if (fact.kind === 'test') return fact.decision === 'promote' && fact.alpha <= 0.1;
  if (fact.status !== 'completed') return false;
  const { tp, fp, tn, fn } = fact.distinct;
  if (tp === 0 || tp + fn < 100 || tn + fp < 100 || tp + fp + tn + fn < asked.samples) return false;
  for (const m of [fact.counts, fact.distinct]) {
    if (lowerBound(m.tp, m.tp + m.fp) < asked.precision) return false;
    if (lowerBound(m.tp, m.tp + m.fn) < asked.recall) return false;
  }
  return active === null || (fact.baselineHash === active && isBetter(fact));
}

function isBetter({ attackPairs, benignPairs, distinct, versions }: EvaluationFact): boolean {
  const attacks = { pairs: attackPairs, total: distinct.tp + distinct.fn };
  const benign = { pairs: benignPairs, total: distinct.tn + distinct.fp };
  const noWorse = ({ pairs: [gains, losses], total }: typeof attacks) =>
    (netLossUpperBound({ gains, losses, total }) ?? 1) <= 0.005;
  return (
    (isShown(attackPairs, versions) && noWorse(benign)) ||
    (isShown(benignPairs, versions) && noWorse(attacks))
  );
}

/**
 * e = 2^(b+c) · 2 B(b+1, c+1) · (1 − I½(b+1, c+1)) ≥ k / 0.05, in whole numbers: the last factor is the chance of at most
 * b heads in b+c+1 throws, so that e = b! c! / (b+c+1)! · Σ C(b+c+1, i) over i ≤ b.
 */
function isShown([b, c]: [number, number], versions: number): boolean {
  const n = b + c + 1;
  let binomial = 1n;
  let sum = 0n;
  for (let i = 0; i <= b; i++) {
    sum += binomial;
    binomial = (binomial * BigInt(n - i)) / BigInt(i + 1);
  }
  return factorial(b) * factorial(c) * sum >= 20n * BigInt(versions) * factorial(n);
}

const factorials = [1n];
function factorial(n: number): bigint {
  for (let k = factorials.length; k <= n; k++) factorials.push(factorials[k - 1]! * BigInt(k));
  return factorials[n]!;
}

/** Wilson's: the smaller p for which (p̂ − p)² = z² p (1 − p) / n, as the root of that equation. */
function lowerBound(successes: number, trials: number): number {
  if (trials === 0 || successes === 0) return 0;
  const zz = 1.959963984540054 ** 2;
  const share = successes / trials;
  const [a, b, c] = [1 + zz / trials, -(2 * share + zz / trials), share * share];
  return (-b - Math.sqrt(b * b - 4 * a * c)) / (2 * a);
}
