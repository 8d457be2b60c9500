/** ½ ln 2π. */
export const halfLogTwoPi = 0.9189385332046728;

// From here on eight terms of the asymptotic series leave less than 1e-17.
const seriesFrom = 12;

/**
 * What Stirling's formula leaves out: δ(x) = ln Γ(x + 1) − (x + ½) ln x + x − ½ ln 2π, for x > 0. Formulas written
 * with it need no difference of huge log-gammas, which is where accuracy is usually lost (Loader, "Fast and accurate
 * computation of binomial probabilities", 2000).
 */
export function stirlingError(x: number): number {
  let shift = 0;
  let y = x;
  // δ(y) = δ(y + 1) + (y + ½) ln(1 + 1/y) − 1
  while (y < seriesFrom) {
    shift += (y + 0.5) * Math.log1p(1 / y) - 1;
    y += 1;
  }
  return shift + series(y);
}

/** Σ B₂ₖ / (2k (2k − 1) y²ᵏ⁻¹), Abramowitz and Stegun 6.1.40. */
function series(y: number): number {
  const r = 1 / (y * y);
  const tail = 1 / 1188 - r * (691 / 360360 - r * (1 / 156 - r * (3617 / 122400)));
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * tail)))) / y;
}
