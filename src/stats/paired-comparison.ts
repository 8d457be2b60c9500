import { netLossUpperBound } from './net-loss-bound.ts';
import { logPairedEValue } from './paired-e-value.ts';

/** How two rules fared on the same requests of one label, each distinct request counted once. */
export interface PairedCounts {
  /** Requests only the challenger judged rightly. */
  onlyChallenger: number;
  /** Requests only the baseline judged rightly. */
  onlyBaseline: number;
  /** All requests of the label, those both judged alike included. */
  total: number;
}

export interface PairedOptions {
  /** Chance of calling a rule better that is not. */
  alpha?: number;
  /** How many different versions of the rule were already compared on this data set, this one included. */
  versionsCompared?: number;
  /** Net loss, as a share of a label's requests, that still counts as no worse. */
  margin?: number;
}

export interface LabelComparison extends PairedCounts {
  /** ln of the e-value for "the challenger is right more often". */
  logE: number;
  /** Whether that e-value reaches versionsCompared / alpha. */
  conclusive: boolean;
  /** The same for "the baseline is right more often". */
  baselineLogE: number;
  baselineConclusive: boolean;
  /** Upper 95 % bound of (onlyBaseline − onlyChallenger) / total; null without requests. */
  netLossUpper: number | null;
}

export type Verdict = 'better' | 'not_shown' | 'worse';

export interface PairedComparison {
  attacks: LabelComparison;
  benign: LabelComparison;
  alpha: number;
  versionsCompared: number;
  margin: number;
  /** ln(versionsCompared / alpha): what a log e-value has to reach. */
  logThreshold: number;
  verdict: Verdict;
  reason: string;
}

export const defaultAlpha = 0.05;
/** Half a percentage point: what an operator would hardly notice on the label that was not improved. */
export const defaultMargin = 0.005;

/**
 * Whether a challenger is better than a baseline that saw the same requests: shown by the paired e-value on attacks
 * (recall) or on benign requests (false positives), while on the other label it is no worse than the margin. The
 * labels are never pooled, since a pooled score trades one for the other at the data set's accidental prevalence.
 * Dividing alpha by the number of versions compared (Bonferroni) keeps trying variants from becoming a way to pass.
 */
export function comparePaired(
  attacks: PairedCounts,
  benign: PairedCounts,
  options: PairedOptions = {},
): PairedComparison {
  const { alpha = defaultAlpha, versionsCompared = 1, margin = defaultMargin } = options;
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha is ${alpha}, expected a share between 0 and 1`);
  if (!(Number.isInteger(versionsCompared) && versionsCompared >= 1)) {
    throw new RangeError(`versionsCompared is ${versionsCompared}, expected a count of at least 1`);
  }
  const logThreshold = Math.log(versionsCompared / alpha);
  const onAttacks = compareLabel(attacks, logThreshold);
  const onBenign = compareLabel(benign, logThreshold);
  return {
    attacks: onAttacks,
    benign: onBenign,
    alpha,
    versionsCompared,
    margin,
    logThreshold,
    ...judge(onAttacks, onBenign, margin, logThreshold),
  };
}

function compareLabel(counts: PairedCounts, logThreshold: number): LabelComparison {
  const logE = logPairedEValue(counts.onlyChallenger, counts.onlyBaseline);
  const baselineLogE = logPairedEValue(counts.onlyBaseline, counts.onlyChallenger);
  return {
    onlyChallenger: counts.onlyChallenger,
    onlyBaseline: counts.onlyBaseline,
    total: counts.total,
    logE,
    conclusive: logE >= logThreshold,
    baselineLogE,
    baselineConclusive: baselineLogE >= logThreshold,
    netLossUpper: netLossUpperBound({
      losses: counts.onlyBaseline,
      gains: counts.onlyChallenger,
      total: counts.total,
    }),
  };
}

interface Judged {
  verdict: Verdict;
  reason: string;
}

function judge(
  attacks: LabelComparison,
  benign: LabelComparison,
  margin: number,
  logThreshold: number,
): Judged {
  const labels = [
    { name: 'attacks', here: attacks, other: benign, otherName: 'benign requests' },
    { name: 'benign requests', here: benign, other: attacks, otherName: 'attacks' },
  ];
  const noWorse = (label: LabelComparison) => label.netLossUpper !== null && label.netLossUpper <= margin;

  const won = labels.find(({ here, other }) => here.conclusive && noWorse(other));
  if (won) {
    return {
      verdict: 'better',
      reason:
        `better on ${won.name}: ${described(won.here)} (log e ${shown(won.here.logE)}, ${shown(logThreshold)} needed), ` +
        `and on ${won.otherName} ${bounded(won.other.netLossUpper!)}, within the margin of ${percent(margin)}`,
    };
  }
  const unpaid = labels.find(({ here }) => here.conclusive);
  if (unpaid) {
    const bound =
      unpaid.other.netLossUpper === null
        ? `there are no ${unpaid.otherName} to show that nothing is lost there`
        : `on ${unpaid.otherName} the net loss may be as much as ${percent(unpaid.other.netLossUpper)}, beyond the margin of ${percent(margin)}`;
    return {
      verdict: 'not_shown',
      reason: `better on ${unpaid.name} (${described(unpaid.here)}), but ${bound}`,
    };
  }
  const lost = labels.find(({ here }) => here.baselineConclusive);
  if (lost) {
    return {
      verdict: 'worse',
      reason:
        `the baseline is better on ${lost.name}: ${described(lost.here)} ` +
        `(log e ${shown(lost.here.baselineLogE)} for the baseline, ${shown(logThreshold)} needed)`,
    };
  }
  return { verdict: 'not_shown', reason: notShown(attacks, benign, logThreshold) };
}

function notShown(attacks: LabelComparison, benign: LabelComparison, logThreshold: number): string {
  const discordant = [attacks, benign].reduce((n, label) => n + label.onlyChallenger + label.onlyBaseline, 0);
  if (discordant === 0) return 'both rules judged every distinct request alike';
  return (
    `the evidence does not suffice: log e is ${shown(attacks.logE)} on attacks (${described(attacks)}) and ` +
    `${shown(benign.logE)} on benign requests (${described(benign)}), ${shown(logThreshold)} needed on one of them`
  );
}

function described({ onlyChallenger, onlyBaseline }: LabelComparison): string {
  return `only the challenger right on ${onlyChallenger}, only the baseline on ${onlyBaseline}`;
}

function shown(value: number): string {
  return value.toFixed(2);
}

function bounded(netLossUpper: number): string {
  return netLossUpper < 0
    ? `there is a net gain of at least ${percent(-netLossUpper)}`
    : `the net loss is at most ${percent(netLossUpper)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
