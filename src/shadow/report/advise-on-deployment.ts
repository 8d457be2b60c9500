import type { Findings } from './findings.ts';
import { percent } from './percent.ts';
import type { ComparisonReport, Interval, Recommendation } from './report.ts';

/** What a deployment asks for unless told otherwise (`POST /shadow/deploy`). */
const distinctMin = 1_000;
const distinctOfLabelMin = 100;
const precisionMin = 0.8;
const recallMin = 0.7;

/** What stands between this evaluation and a deployment. */
export function adviseOnDeployment({ report }: Findings): Recommendation[] {
  const advice: Recommendation[] = [];
  const { attacks, benign } = report.distinct;
  if (attacks + benign < distinctMin || attacks < distinctOfLabelMin || benign < distinctOfLabelMin) {
    advice.push({
      code: 'too_few_samples',
      message:
        `${attacks} distinct attacks and ${benign} distinct benign requests were seen; a deployment asks for ` +
        `${distinctMin} in all and ${distinctOfLabelMin} of each.`,
    });
  }
  advice.push(...adviseOnBound('precision', report.precision, report.intervals.precision, precisionMin));
  advice.push(...adviseOnBound('recall', report.recall, report.intervals.recall, recallMin));
  if (report.comparison !== null) advice.push(...adviseOnComparison(report.comparison));
  return advice;
}

function adviseOnBound(
  name: string,
  value: number | null,
  interval: Interval,
  needed: number,
): Recommendation[] {
  if (value === null || interval === null || interval[0] >= needed) return [];
  const bounds = `${percent(interval[0])} to ${percent(interval[1])}`;
  if (value >= needed) {
    return [
      {
        code: `${name}_interval_too_wide`,
        message:
          `${name} is ${percent(value)}, but on so few samples it may be ${bounds}; a deployment asks for ` +
          `${percent(needed)} at the lower end. More samples would settle it.`,
      },
    ];
  }
  return [
    {
      code: `low_${name}`,
      message: `${name} is ${percent(value)} (${bounds}); a deployment asks for ${percent(needed)} at the lower end.`,
    },
  ];
}

function adviseOnComparison(comparison: ComparisonReport): Recommendation[] {
  const { verdict, reason, attacks, benign } = comparison;
  if (verdict === 'better') return [{ code: 'better_than_baseline', message: `Shown ${reason}.` }];
  if (verdict === 'worse') return [{ code: 'worse_than_baseline', message: `Keep the baseline: ${reason}.` }];
  const code =
    attacks.conclusive || benign.conclusive ? 'trades_one_label_for_the_other' : 'not_shown_better';
  return [{ code, message: `Not shown to be better than the baseline: ${reason}.` }];
}
