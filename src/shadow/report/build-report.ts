import { type ConfusionMatrix, confusionMetrics } from '../../stats/confusion.ts';
import { comparePaired, type LabelComparison } from '../../stats/paired-comparison.ts';
import { wilsonInterval } from '../../stats/wilson.ts';
import type { RuleConfig } from '../rules/rule-config.ts';
import type { AttackTypes } from './attack-types.ts';
import { recommend } from './recommend.ts';
import type {
  AttackTypeReport,
  ComparisonReport,
  LabelComparisonReport,
  MatrixReport,
  Report,
} from './report.ts';
import { ruleTraits } from './rule-traits.ts';
import type { BaselineTally, EvaluationTally, PairedTally } from './tally.ts';

export interface ReportMeta {
  /** In normal form. */
  rule: RuleConfig;
  /** Required where the tally has a baseline. */
  baseline: { hash: string } | null;
  /** Different versions of the rule compared on this data set, this one included. */
  comparedVersions: number;
  executionTimeMs: number;
}

/** Under this key stand attacks without a type, and attacks of a type of that name. */
export const untyped = 'unspecified';
/** Under this key stand the types that are too many to name. */
export const otherTypes = 'other';

/** Turns counts into the report of API.md. */
export function buildReport(tally: EvaluationTally, meta: ReportMeta): Report {
  const comparison =
    tally.baseline === null || meta.baseline === null
      ? null
      : compare(tally.baseline, meta.baseline.hash, meta.comparedVersions);
  const measured = {
    ...matrixReport(tally.matrix),
    by_attack_type: attackTypeReports(tally.attackTypes),
    examples: {
      false_positives: tally.falsePositives.map((example) => example.id),
      false_negatives: tally.falseNegatives.map((example) => example.id),
    },
    distinct: {
      attacks: tally.distinct.truePositives + tally.distinct.falseNegatives,
      benign: tally.distinct.trueNegatives + tally.distinct.falsePositives,
    },
    duplicates: tally.duplicates,
    comparison,
  };
  const recommendations = recommend({ tally, report: measured, traits: ruleTraits(meta.rule) });
  return { ...measured, recommendations, execution_time_ms: meta.executionTimeMs };
}

function matrixReport(matrix: ConfusionMatrix): MatrixReport {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = matrix;
  const metrics = confusionMetrics(matrix);
  return {
    true_positives: tp,
    false_positives: fp,
    true_negatives: tn,
    false_negatives: fn,
    precision: metrics.precision,
    recall: metrics.recall,
    f1_score: metrics.f1Score,
    balanced_accuracy: metrics.balancedAccuracy,
    mcc: metrics.mcc,
    intervals: {
      precision: wilsonInterval(tp, tp + fp),
      recall: wilsonInterval(tp, tp + fn),
      false_positive_rate: wilsonInterval(fp, fp + tn),
      accuracy: wilsonInterval(tp + tn, tp + fp + tn + fn),
    },
  };
}

function attackTypeReports({ byType, others }: AttackTypes): { [type: string]: AttackTypeReport } {
  const named = new Map<string, { total: number; detected: number }>();
  const entries = [...byType].map(([type, counts]) => [type ?? untyped, counts] as const);
  if (others.total > 0) entries.push([otherTypes, others]);
  for (const [type, counts] of entries) {
    const sum = named.get(type) ?? { total: 0, detected: 0 };
    named.set(type, { total: sum.total + counts.total, detected: sum.detected + counts.detected });
  }
  const reports = [...named]
    .sort(([a, x], [b, y]) => y.total - x.total || (a < b ? -1 : 1))
    .map(([type, { total, detected }]) => [
      type,
      { total, detected, recall: detected / total, interval: wilsonInterval(detected, total) },
    ]);
  // Defines own properties: assigning to `__proto__` would not.
  return Object.fromEntries(reports);
}

function compare(baseline: BaselineTally, hash: string, comparedVersions: number): ComparisonReport {
  const compared = comparePaired(pairedCounts(baseline.attacks), pairedCounts(baseline.benign), {
    versionsCompared: Math.max(1, comparedVersions),
  });
  return {
    baseline: { rule_hash: hash, ...matrixReport(baseline.matrix) },
    attacks: labelReport(baseline.attacks, compared.attacks),
    benign: labelReport(baseline.benign, compared.benign),
    alpha: compared.alpha,
    versions_compared: compared.versionsCompared,
    threshold: compared.versionsCompared / compared.alpha,
    margin: compared.margin,
    verdict: compared.verdict,
    reason: compared.reason,
  };
}

function pairedCounts({ bothRight, onlyChallenger, onlyBaseline, neither }: PairedTally) {
  return { onlyChallenger, onlyBaseline, total: bothRight + onlyChallenger + onlyBaseline + neither };
}

function labelReport(pairs: PairedTally, compared: LabelComparison): LabelComparisonReport {
  const eValue = Math.exp(compared.logE);
  return {
    only_challenger: pairs.onlyChallenger,
    only_baseline: pairs.onlyBaseline,
    both_right: pairs.bothRight,
    neither: pairs.neither,
    log_e: compared.logE,
    e_value: Number.isFinite(eValue) ? eValue : null,
    conclusive: compared.conclusive,
    net_loss_upper: compared.netLossUpper,
  };
}
