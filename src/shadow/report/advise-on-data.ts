import type { Findings } from './findings.ts';
import { percent } from './percent.ts';
import type { Recommendation } from './report.ts';

/** Samples sent without timestamps get their arrival time, which is that of the upload: seconds, not traffic. */
const uploadSpanMaxMs = 60_000;
const samplesForSpan = 100;
/** From here on a data set holds markedly fewer requests than it seems to. */
const duplicateShare = 0.2;

/** What is wrong with the samples, or with the rule on these samples, before any figure is worth reading. */
export function adviseOnData({ tally, traits, report }: Findings): Recommendation[] {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = tally.matrix;
  const attacks = truePositives + falseNegatives;
  const benign = falsePositives + trueNegatives;
  const total = attacks + benign;
  const matched = truePositives + falsePositives;
  const advice: Recommendation[] = [];
  const say = (code: string, message: string) => advice.push({ code, message });

  if (attacks === 0 || benign === 0) {
    const [missing, unknown] = attacks === 0 ? ['attack', 'recall'] : ['benign', 'the false-positive rate'];
    say(
      'one_sided_labels',
      `None of the ${total} samples is labelled ${missing}, so ${unknown} cannot be known: add some.`,
    );
  }
  if (matched === 0) say('nothing_matched', `The rule matched none of the ${total} samples.`);
  if (matched === total) say('everything_matched', `The rule matched every one of the ${total} samples.`);

  if (traits.usesAddress && tally.withoutAddress > 0) {
    say(
      'samples_without_address',
      `The rule goes by source_ip, which ${tally.withoutAddress} of the ${total} samples do not have: ` +
        'they never match. Upload traffic with source_ip, or judge the rule by the others only.',
    );
  }
  const spanMs = tally.span.maxAt - tally.span.minAt;
  if (traits.hasRateLimit && total >= samplesForSpan && spanMs < uploadSpanMaxMs) {
    say(
      'samples_without_times',
      `All ${total} samples lie within ${(spanMs / 1000).toFixed(1)} s, as they do when an upload has no timestamps ` +
        'and gets its arrival time: the rate limit was then measured on the upload, not on the traffic.',
    );
  }
  if (report.duplicates > duplicateShare * total) {
    say(
      'many_duplicates',
      `${report.duplicates} of ${total} samples (${percent(report.duplicates / total)}) repeat an earlier one. They ` +
        `weigh in precision and recall; the comparison counts the ${total - report.duplicates} distinct ones.`,
    );
  }
  return advice;
}
