/** Counts of a yes/no decision against its label. */
export interface ConfusionMatrix {
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
}

/** Every figure is null where it would be 0/0: nothing was seen that could decide it. */
export interface ConfusionMetrics {
  /** TP / (TP + FP): of what was flagged, how much was right. */
  precision: number | null;
  /** TP / (TP + FN), also called sensitivity: of the attacks, how many were flagged. */
  recall: number | null;
  /** FP / (FP + TN): of the benign, how many were flagged. */
  falsePositiveRate: number | null;
  accuracy: number | null;
  /** Harmonic mean of precision and recall, as 2TP / (2TP + FP + FN). */
  f1Score: number | null;
  /** Mean of recall and specificity: unlike accuracy, it does not reward guessing the commoner label. */
  balancedAccuracy: number | null;
  /** Matthews correlation coefficient, −1 … 1 (Matthews 1975; Chicco and Jurman, BMC Genomics 21:6, 2020). */
  mcc: number | null;
}

/** The usual figures of a confusion matrix; counts are non-negative integers. */
export function confusionMetrics(matrix: ConfusionMatrix): ConfusionMetrics {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = matrix;
  const recall = ratio(tp, tp + fn);
  const specificity = ratio(tn, tn + fp);
  return {
    precision: ratio(tp, tp + fp),
    recall,
    falsePositiveRate: ratio(fp, fp + tn),
    accuracy: ratio(tp + tn, tp + fp + tn + fn),
    f1Score: ratio(2 * tp, 2 * tp + fp + fn),
    balancedAccuracy: recall === null || specificity === null ? null : (recall + specificity) / 2,
    mcc: matthews(tp, fp, tn, fn),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function matthews(tp: number, fp: number, tn: number, fn: number): number | null {
  // Root by root: the product of the four sums leaves the integers a double can hold at about 10⁴ samples.
  const scale = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn);
  if (scale === 0) return null;
  const mcc = (tp * tn - fp * fn) / scale;
  return Math.max(-1, Math.min(1, mcc));
}
