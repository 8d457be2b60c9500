import type { Verdict } from '../../stats/paired-comparison.ts';

/** `[lower, upper]`, Wilson 95 %; null where there was nothing to count. */
export type Interval = [number, number] | null;

/** Ratios are null where they would be 0/0. */
export interface MatrixReport {
  true_positives: number;
  false_positives: number;
  true_negatives: number;
  false_negatives: number;
  precision: number | null;
  recall: number | null;
  f1_score: number | null;
  balanced_accuracy: number | null;
  mcc: number | null;
  intervals: Intervals;
}

export interface Intervals {
  precision: Interval;
  recall: Interval;
  false_positive_rate: Interval;
  accuracy: Interval;
}

export interface AttackTypeReport {
  total: number;
  detected: number;
  recall: number;
  interval: Interval;
}

/** Distinct requests of one label, judged by both rules. */
export interface LabelComparisonReport {
  only_challenger: number;
  only_baseline: number;
  both_right: number;
  neither: number;
  /** Natural logarithm; always finite. */
  log_e: number;
  /** Null where it exceeds what a double holds; then `log_e` says it. */
  e_value: number | null;
  conclusive: boolean;
  /** Upper 95 % bound of (only_baseline − only_challenger) / requests. */
  net_loss_upper: number | null;
}

export interface ComparisonReport {
  baseline: MatrixReport & { rule_hash: string };
  attacks: LabelComparisonReport;
  benign: LabelComparisonReport;
  alpha: number;
  versions_compared: number;
  /** What an e-value has to reach: versions_compared / alpha. */
  threshold: number;
  margin: number;
  verdict: Verdict;
  reason: string;
}

export interface Recommendation {
  code: string;
  message: string;
}

/** The finished part of `GET /shadow/results/:eval_id`; JSON as it stands. */
export interface Report extends MatrixReport {
  /** Own properties only, so that a type named `__proto__` is one like any other. */
  by_attack_type: { [type: string]: AttackTypeReport };
  examples: { false_positives: string[]; false_negatives: string[] };
  distinct: { attacks: number; benign: number };
  duplicates: number;
  comparison: ComparisonReport | null;
  recommendations: Recommendation[];
  execution_time_ms: number;
}
