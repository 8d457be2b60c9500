import type { BetaShape } from './beta-shape.ts';

/** How a block is made up: so many outcomes of the champion (A) and so many of the challenger (B). */
export interface BlockShape {
  a: number;
  b: number;
}

export interface TwoSampleSettings {
  block: BlockShape;
  /** Restricts the bets to at least this lift, θ_B − θ_A; null: any positive one. */
  designEffect: number | null;
}

/** What must be kept between batches: counts of the outcomes in finished blocks, and the evidence so far. */
export interface TwoSampleState {
  a: { successes: number; trials: number };
  b: { successes: number; trials: number };
  /** Natural logarithm of the e-value. */
  logE: number;
  /** Its largest value so far. Under the null hypothesis P(it ever reaches ln(1/α)) ≤ α (Ville's inequality). */
  logEMax: number;
}

export const emptyTwoSample = (): TwoSampleState => ({
  a: { successes: 0, trials: 0 },
  b: { successes: 0, trials: 0 },
  logE: 0,
  logEMax: 0,
});

/**
 * The prior that Turner, Ly and Grünwald found to grow about as fast as the best one, section 3.2 of the paper below;
 * it also keeps the predictions off 0 and 1.
 */
const predictionPrior: BetaShape = { alpha: 0.18, beta: 0.18 };
/** A prediction with a lift imposed stays this far from 0 and 1. */
const margin = 1e-6;

/**
 * Carries the two-sample Bernoulli e-process over one more block (Turner, Ly and Grünwald, "Generic E-variables for
 * exact sequential k-sample tests that allow for optional stopping", arXiv 2106.02693, section 2): evidence against
 * "the challenger is no better", θ_B ≤ θ_A, that may be looked at after every block.
 *
 * The factor of a block is Π p(y; θ̂_A) Π p(y; θ̂_B) / Π p(y; θ₀), with θ₀ the mean of the predictions weighted by the
 * make-up of the block. The predictions come from past blocks alone. Where they do not have θ̂_B > θ̂_A the factor is 1:
 * any other bet would be one on "the arms differ", which a worse challenger satisfies too.
 *
 * @param successes of the block's outcomes, by arm.
 */
export function addBlock(
  state: TwoSampleState,
  successes: BlockShape,
  { block, designEffect }: TwoSampleSettings,
): TwoSampleState {
  const bet = predict(state, block, designEffect);
  const logE = bet === null ? state.logE : state.logE + logFactor(bet, successes, block);
  return {
    a: { successes: state.a.successes + successes.a, trials: state.a.trials + block.a },
    b: { successes: state.b.successes + successes.b, trials: state.b.trials + block.b },
    logE,
    logEMax: Math.max(state.logEMax, logE),
  };
}

interface Bet {
  a: number;
  b: number;
}

/** Predicted rates, or null where there is nothing to bet on. */
function predict(state: TwoSampleState, block: BlockShape, designEffect: number | null): Bet | null {
  const a = mean(state.a);
  const b = mean(state.b);
  if (designEffect === null) return b > a ? { a, b } : null;
  // A lift well above the one designed for is bet on as far as it is established, one standard error below what is
  // seen. Betting on all that is seen chases noise: 0.10 against 0.12 then took 1.45 times the samples of a test of
  // fixed size, and 1.00 times with the standard error taken off.
  const error = Math.sqrt((a * (1 - a)) / (state.a.trials + 1) + (b * (1 - b)) / (state.b.trials + 1));
  const lift = Math.min(1 - 2 * margin, Math.max(designEffect, b - a - error));
  // The nearest pair with that lift: what both arms say about the champion's rate, weighted by how much they say.
  const pooled = (block.a * a + block.b * (b - lift)) / (block.a + block.b);
  const low = Math.min(1 - margin - lift, Math.max(margin, pooled));
  return { a: low, b: low + lift };
}

function mean({ successes, trials }: { successes: number; trials: number }): number {
  return (successes + predictionPrior.alpha) / (trials + predictionPrior.alpha + predictionPrior.beta);
}

function logFactor(bet: Bet, successes: BlockShape, block: BlockShape): number {
  const common = (block.a * bet.a + block.b * bet.b) / (block.a + block.b);
  return (
    successes.a * Math.log(bet.a / common) +
    (block.a - successes.a) * Math.log((1 - bet.a) / (1 - common)) +
    successes.b * Math.log(bet.b / common) +
    (block.b - successes.b) * Math.log((1 - bet.b) / (1 - common))
  );
}
