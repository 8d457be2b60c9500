/** What one writes first, and well: the references of P7 and P8. They share no code with the product. */

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x ≥ ½, by Lanczos's approximation with g = 7. */
function lnGamma(x: number): number {
  const y = x - 1;
  let sum = lanczos[0]!;
  for (let k = 1; k < 9; k++) sum += lanczos[k]! / (y + k);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

const lnBeta = (a: number, b: number): number => lnGamma(a) + lnGamma(b) - lnGamma(a + b);

/** P(B > A) by Miller's sum over B's first shape, an integer; what does not change stands before the loop. */
function millerSum(a1: number, a2: number, b1: number, b2: number): number {
  const constant = -lnBeta(a1, a2);
  let sum = 0;
  for (let i = 0; i < b1; i++) {
    sum += Math.exp(constant + lnBeta(a1 + i, a2 + b2) - Math.log(b2 + i) - lnBeta(1 + i, b2));
  }
  return sum;
}

/** P(B > A) and both expected losses by three such sums. */
export function plainComparison(a1: number, a2: number, b1: number, b2: number): [number, number, number] {
  const pBGtA = millerSum(a1, a2, b1, b2);
  const meanA = a1 / (a1 + a2);
  const meanB = b1 / (b1 + b2);
  const largerB = millerSum(a1, a2, b1 + 1, b2);
  const largerA = millerSum(a1 + 1, a2, b1, b2);
  return [pBGtA, meanB * largerB - meanA * largerA, meanA * (1 - largerA) - meanB * (1 - largerB)];
}

let spare: number | null = null;

/** One normal draw by Marsaglia's polar method, which makes them in pairs. */
function plainNormal(): number {
  if (spare !== null) {
    const x = spare;
    spare = null;
    return x;
  }
  for (;;) {
    const u = 2 * Math.random() - 1;
    const v = 2 * Math.random() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) {
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * scale;
      return u * scale;
    }
  }
}

/** Gamma(shape, 1) for shape ≥ 1 by Marsaglia and Tsang, with their squeeze; d and c are computed once by the caller. */
function plainGamma(d: number, c: number): number {
  for (;;) {
    const x = plainNormal();
    const t = 1 + c * x;
    const v = t * t * t;
    if (v <= 0) continue;
    const u = Math.random();
    if (u < 1 - 0.0331 * x * x * x * x) return d * v;
    if (Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** The sum of so many Beta(alpha, beta) draws, so that none is optimised away. */
export function plainBetaSum(alpha: number, beta: number, draws: number): number {
  const dx = alpha - 1 / 3;
  const dy = beta - 1 / 3;
  const cx = 1 / Math.sqrt(9 * dx);
  const cy = 1 / Math.sqrt(9 * dy);
  let sum = 0;
  for (let i = 0; i < draws; i++) {
    const x = plainGamma(dx, cx);
    sum += x / (x + plainGamma(dy, cy));
  }
  return sum;
}
