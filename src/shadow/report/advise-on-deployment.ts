import type { ConfusionMatrix } from '../../stats/confusion.ts';
import { wilsonInterval } from '../../stats/wilson.ts';
import type { Findings } from './findings.ts';
import { percent } from './percent.ts';
import type { ComparisonReport, Interval, Recommendation } from './report.ts';
import { defaultRequirements, samplesOfLabelMin } from './requirements.ts';

/** What stands between this evaluation and a deployment that asks for no more than it must. */
export function adviseOnDeployment({ report, tally }: Findings): Recommendation[] {
  const advice: Recommendation[] = [];
  const { attacks, benign } = report.distinct;
  const { samples, precision, recall } = defaultRequirements;
  if (attacks + benign < samples || attacks < samplesOfLabelMin || benign < samplesOfLabelMin) {
    advice.push({
      code: 'too_few_samples',
      message:
        `${attacks} distinct attacks and ${benign} distinct benign requests were seen; a deployment asks for ` +
        `${samples} in all and ${samplesOfLabelMin} of each.`,
    });
  }
  const bounds = [
    ...adviseOnBound('precision', report.precision, report.intervals.precision, precision),
    ...adviseOnBound('recall', report.recall, report.intervals.recall, recall),
  ];
  advice.push(...bounds);
  if (bounds.length === 0) advice.push(...adviseOnRepeats(tally.distinct));
  if (report.comparison !== null) advice.push(...adviseOnComparison(report.comparison));
  return advice;
}

/** Repeats narrow an interval that distinct requests do not; a deployment looks at both. */
function adviseOnRepeats({
  truePositives: tp,
  falsePositives,
  falseNegatives,
}: ConfusionMatrix): Recommendation[] {
  const { precision, recall } = defaultRequirements;
  return [
    { name: 'precision', lower: wilsonInterval(tp, tp + falsePositives)?.[0], needed: precision },
    { name: 'recall', lower: wilsonInterval(tp, tp + falseNegatives)?.[0], needed: recall },
  ]
    .filter(({ lower, needed }) => lower !== undefined && lower < needed)
    .map(({ name, lower, needed }) => ({
      code: `${name}_rests_on_repeats`,
      message:
        `With each distinct request counted once, the lower end of ${name} is ${percent(lower!)}; a deployment asks for ` +
        `${percent(needed)} there too.`,
    }));
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
