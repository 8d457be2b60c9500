import type { BetaShape } from './beta-shape.ts';
import { compareBetas } from './compare-betas.ts';
import type { Xoshiro128 } from './xoshiro128.ts';

/**
 * The probability with which two-armed Thompson sampling draws B: P(B > A), exactly, and never outside
 * [floor, 1 − floor], so that both arms go on being observed (Thompson, Biometrika 25:285, 1933).
 */
export function thompsonShare(a: BetaShape, b: BetaShape, floor: number): number {
  return Math.min(1 - floor, Math.max(floor, compareBetas(a, b).pBGtA));
}

/** The index of the largest; the first of several. */
function argMax(values: readonly number[]): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}

/**
 * UCB1 (Auer, Cesa-Bianchi and Fischer, Machine Learning 47:235, 2002, figure 1): every arm once, then the one with the
 * largest mean + √(2 ln n / nₖ).
 *
 * @returns the index of the arm to draw next
 */
export function ucb1(arms: readonly { successes: number; trials: number }[]): number {
  const untried = arms.findIndex(({ trials }) => trials === 0);
  if (untried !== -1) return untried;
  const total = arms.reduce((sum, { trials }) => sum + trials, 0);
  return argMax(
    arms.map(({ successes, trials }) => successes / trials + Math.sqrt((2 * Math.log(total)) / trials)),
  );
}

/**
 * Top-two Thompson sampling (Russo, Operations Research 68:1625, 2020): finds the best arm with less regard for what
 * finding it costs. A draw's winner is played with probability `keep`; otherwise draws go on until another arm wins.
 *
 * @param draw one value from each arm's posterior, in order
 * @returns the index of the arm to draw next
 */
export function topTwo(draw: () => readonly number[], rng: Xoshiro128, keep = 0.5): number {
  const winner = argMax(draw());
  if (rng.float() < keep) return winner;
  for (let redraw = 0; redraw < redrawsMax; redraw++) {
    const values = draw();
    const other = argMax(values);
    if (other !== winner) return other;
  }
  // So sure of the winner that nothing else came up: the runner-up of one more draw stands for the rest.
  const values = draw().map((value, arm) => (arm === winner ? Number.NEGATIVE_INFINITY : value));
  return argMax(values);
}

/** An arm that loses a thousand draws running has under one chance in a hundred to win with 1 in 200 each. */
const redrawsMax = 1_000;
