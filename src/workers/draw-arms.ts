import type { BetaShape } from '../stats/beta-shape.ts';
import { type DrawTotals, drawArms } from '../stats/monte-carlo.ts';

export interface DrawArmsTask {
  kind: 'draw-arms';
  shapes: BetaShape[];
  draws: number;
  seed: number;
}

export function drawArmsTask({ shapes, draws, seed }: DrawArmsTask): DrawTotals {
  return drawArms(shapes, draws, seed);
}
