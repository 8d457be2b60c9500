import { assertShape, type BetaShape } from './beta-shape.ts';
import type { WordStream } from './word-stream.ts';
import { drawNormal } from './ziggurat.ts';

/**
 * Draws of Gamma(shape, 1) (Marsaglia and Tsang, ACM TOMS 26:363, 2000): a cubed normal, kept in about 98 % of tries by
 * a test without logarithms. Everything that depends on the shape is computed once.
 *
 * @throws RangeError when the shape is not positive.
 */
export function gammaSampler(shape: number): (words: WordStream) => number {
  if (!(shape > 0)) throw new RangeError(`gammaSampler: the shape is ${shape}`);
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const draw = (words: WordStream): number => {
    for (;;) {
      const x = drawNormal(words);
      const t = 1 + c * x;
      if (t <= 0) continue;
      const v = t * t * t;
      const u = words.unit();
      const xx = x * x;
      if (u < 1 - 0.0331 * xx * xx) return d * v;
      if (Math.log(u) < 0.5 * xx + d * (1 - v + Math.log(v))) return d * v;
    }
  };
  // Gamma(a) = Gamma(a + 1) · U^(1/a), which is how small shapes reach the normal-like ones.
  return shape < 1 ? (words) => draw(words) * words.unit() ** (1 / shape) : draw;
}

/**
 * Draws of Beta(α, β) as X / (X + Y) with X and Y Gamma. Where both underflow to 0, as they may for
 * tiny shapes, the draw is an end of the interval, never NaN.
 */
export function betaSampler(shape: BetaShape): (words: WordStream) => number {
  assertShape(shape);
  const first = gammaSampler(shape.alpha);
  const second = gammaSampler(shape.beta);
  return (words) => {
    const x = first(words);
    const y = second(words);
    const sum = x + y;
    // Both underflow only for tiny shapes, where nearly all mass is at the ends, α to β against each other.
    if (sum === 0) return words.unit() * (shape.alpha + shape.beta) < shape.alpha ? 1 : 0;
    return x / sum;
  };
}
