/**
 * A mergeable sketch of a distribution of positive numbers: counts in buckets whose bounds grow by a fixed factor
 * (Masson, Rim and Lee, "DDSketch", VLDB 12:2195, 2019). Every quantile is within 1 % of a true one, whatever the
 * distribution and however often sketches are merged. JSON as it stands.
 */
export interface QuantileSketch {
  /** Bucket k holds values in (γ^(k−1), γ^k]; keys are integers as text. */
  buckets: Record<string, number>;
  /** Values too small to tell from zero. */
  zeros: number;
  count: number;
}

/** γ = (1 + a) / (1 − a) gives a relative accuracy of a = 1 %. */
const logGamma = Math.log(1.01 / 0.99);
/** A microsecond when values are milliseconds. */
const tiny = 1e-3;

export const emptySketch = (): QuantileSketch => ({ buckets: {}, zeros: 0, count: 0 });

/** Counts one value, in place. 0 … 10¹² spans 1,700 buckets, so a sketch is bounded. */
export function addToSketch(sketch: QuantileSketch, value: number): void {
  sketch.count++;
  if (value <= tiny) {
    sketch.zeros++;
    return;
  }
  const bucket = Math.ceil(Math.log(value) / logGamma);
  sketch.buckets[bucket] = (sketch.buckets[bucket] ?? 0) + 1;
}

export function mergeSketches(a: QuantileSketch, b: QuantileSketch): QuantileSketch {
  const buckets = { ...a.buckets };
  for (const [bucket, count] of Object.entries(b.buckets)) buckets[bucket] = (buckets[bucket] ?? 0) + count;
  return { buckets, zeros: a.zeros + b.zeros, count: a.count + b.count };
}

/** The value at rank ⌈q · count⌉, to 1 %; null without values. @param q 0 … 1, such as 0.95 */
export function sketchQuantile(sketch: QuantileSketch, q: number): number | null {
  if (sketch.count === 0) return null;
  const rank = Math.max(1, Math.ceil(q * sketch.count));
  let seen = sketch.zeros;
  if (seen >= rank) return 0;
  const ordered = Object.entries(sketch.buckets).sort(([a], [b]) => Number(a) - Number(b));
  for (const [bucket, count] of ordered) {
    seen += count;
    // The point of the bucket whose relative distance to both ends is the same.
    if (seen >= rank) return (2 * Math.exp(Number(bucket) * logGamma)) / (1 + Math.exp(logGamma));
  }
  throw new RangeError('the sketch holds fewer values than it counts');
}
