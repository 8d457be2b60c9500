import type { ConfusionMatrix } from '../../stats/confusion.ts';
import type { BatchView } from '../batch/batch-view.ts';
import { textColumns } from '../batch/sample.ts';
import { type AttackTypes, emptyAttackTypes, limitAttackTypes, mergeAttackTypes } from './attack-types.ts';
import { type Clues, emptyClues, examine, mergeClues } from './clues.ts';
import { type Example, mergeExamples, noteExample } from './examples.ts';

/** How a rule and a baseline judged the distinct requests of one label. */
export interface PairedTally {
  bothRight: number;
  onlyChallenger: number;
  onlyBaseline: number;
  neither: number;
}

export interface BaselineTally {
  /** Over all samples, repeats included, as the rule's own matrix is. */
  matrix: ConfusionMatrix;
  /** Over distinct requests. */
  attacks: PairedTally;
  benign: PairedTally;
}

/**
 * Everything a report needs to know about the samples, of one batch or of many. Plain data, so it crosses threads;
 * its size does not grow with the number of samples.
 */
export interface EvaluationTally {
  matrix: ConfusionMatrix;
  attackTypes: AttackTypes;
  falsePositives: Example[];
  falseNegatives: Example[];
  /** Benign requests that passed: what the false positives are held against. */
  passed: Example[];
  /** Requests after counting each content once. */
  distinct: { attacks: number; benign: number };
  /** Samples that repeat an earlier one, label included. */
  duplicates: number;
  /** Null where there was no baseline. */
  baseline: BaselineTally | null;
  /** Milliseconds since the epoch; an empty tally has min > max. */
  span: { minAt: number; maxAt: number };
  withoutAddress: number;
  clues: { missed: Clues; falseAlarms: Clues; passed: Clues };
}

/** What merging changes nothing with. */
export function emptyTally(): EvaluationTally {
  return {
    matrix: emptyMatrix(),
    attackTypes: emptyAttackTypes(),
    falsePositives: [],
    falseNegatives: [],
    passed: [],
    distinct: { attacks: 0, benign: 0 },
    duplicates: 0,
    baseline: null,
    span: { minAt: Number.POSITIVE_INFINITY, maxAt: Number.NEGATIVE_INFINITY },
    withoutAddress: 0,
    clues: { missed: emptyClues(), falseAlarms: emptyClues(), passed: emptyClues() },
  };
}

/** The tally of both; in whatever order and grouping batches are merged, the result is the same. */
export function mergeTally(a: EvaluationTally, b: EvaluationTally): EvaluationTally {
  return {
    matrix: addCounts(a.matrix, b.matrix),
    attackTypes: mergeAttackTypes(a.attackTypes, b.attackTypes),
    falsePositives: mergeExamples(a.falsePositives, b.falsePositives),
    falseNegatives: mergeExamples(a.falseNegatives, b.falseNegatives),
    passed: mergeExamples(a.passed, b.passed),
    distinct: addCounts(a.distinct, b.distinct),
    duplicates: a.duplicates + b.duplicates,
    baseline: mergeBaselines(a.baseline, b.baseline),
    span: {
      minAt: Math.min(a.span.minAt, b.span.minAt),
      maxAt: Math.max(a.span.maxAt, b.span.maxAt),
    },
    withoutAddress: a.withoutAddress + b.withoutAddress,
    clues: {
      missed: mergeClues(a.clues.missed, b.clues.missed),
      falseAlarms: mergeClues(a.clues.falseAlarms, b.clues.falseAlarms),
      passed: mergeClues(a.clues.passed, b.clues.passed),
    },
  };
}

const addressBit = 1 << textColumns.indexOf('source_ip');

/**
 * Counts one batch. Nothing is allocated for a sample that was judged rightly, since this runs for every one.
 *
 * @param matches one byte a sample, 1 = the rule matched
 * @param baseline the same for the baseline; null without one
 * @param selected one byte a sample, 1 = belongs to the evaluation; null: all do
 * @param repeats a bitmap, bit i & 7 of byte i >> 3: sample i repeats an earlier one; null: none does
 * @param firstOrdinal arrival ordinal of the batch's first sample
 */
export function tallyBatch(
  view: BatchView,
  matches: Uint8Array,
  baseline: Uint8Array | null,
  selected: Uint8Array | null,
  repeats: Uint8Array | null,
  firstOrdinal: number,
): EvaluationTally {
  const tally = emptyTally();
  if (baseline !== null) tally.baseline = emptyBaseline();
  for (let i = 0; i < view.count; i++) {
    if (selected !== null && selected[i] === 0) continue;
    const attack = view.isAttack(i);
    const matched = matches[i] === 1;
    countOutcome(tally.matrix, attack, matched);
    if (attack) countType(tally.attackTypes, view.attackType(i), matched);
    if (attack !== matched) noteMistake(tally, view, i, firstOrdinal + i, attack);
    else if (!attack) {
      noteExample(tally.passed, view, i, firstOrdinal + i);
      examine(tally.clues.passed, view, i);
    }

    const at = view.at[i]!;
    if (at < tally.span.minAt) tally.span.minAt = at;
    if (at > tally.span.maxAt) tally.span.maxAt = at;
    if ((view.present[i]! & addressBit) === 0) tally.withoutAddress++;

    const repeated = repeats !== null && ((repeats[i >> 3]! >> (i & 7)) & 1) === 1;
    if (repeated) tally.duplicates++;
    else if (attack) tally.distinct.attacks++;
    else tally.distinct.benign++;
    if (tally.baseline !== null) {
      countBaseline(tally.baseline, attack, matched, baseline![i] === 1, repeated);
    }
  }
  tally.attackTypes = limitAttackTypes(tally.attackTypes);
  return tally;
}

function countOutcome(matrix: ConfusionMatrix, attack: boolean, matched: boolean): void {
  if (attack) {
    if (matched) matrix.truePositives++;
    else matrix.falseNegatives++;
  } else if (matched) matrix.falsePositives++;
  else matrix.trueNegatives++;
}

function countType({ byType }: AttackTypes, type: string | null, matched: boolean): void {
  let counts = byType.get(type);
  if (counts === undefined) {
    counts = { total: 0, detected: 0 };
    byType.set(type, counts);
  }
  counts.total++;
  if (matched) counts.detected++;
}

function noteMistake(
  tally: EvaluationTally,
  view: BatchView,
  i: number,
  ordinal: number,
  attack: boolean,
): void {
  noteExample(attack ? tally.falseNegatives : tally.falsePositives, view, i, ordinal);
  examine(attack ? tally.clues.missed : tally.clues.falseAlarms, view, i);
}

function countBaseline(
  baseline: BaselineTally,
  attack: boolean,
  matched: boolean,
  baselineMatched: boolean,
  repeated: boolean,
): void {
  countOutcome(baseline.matrix, attack, baselineMatched);
  if (repeated) return;
  const pairs = attack ? baseline.attacks : baseline.benign;
  const right = matched === attack;
  const baselineRight = baselineMatched === attack;
  if (right) {
    if (baselineRight) pairs.bothRight++;
    else pairs.onlyChallenger++;
  } else if (baselineRight) pairs.onlyBaseline++;
  else pairs.neither++;
}

function emptyMatrix(): ConfusionMatrix {
  return { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
}

function emptyPairs(): PairedTally {
  return { bothRight: 0, onlyChallenger: 0, onlyBaseline: 0, neither: 0 };
}

function emptyBaseline(): BaselineTally {
  return { matrix: emptyMatrix(), attacks: emptyPairs(), benign: emptyPairs() };
}

function mergeBaselines(a: BaselineTally | null, b: BaselineTally | null): BaselineTally | null {
  if (a === null || b === null) return a ?? b;
  return {
    matrix: addCounts(a.matrix, b.matrix),
    attacks: addCounts(a.attacks, b.attacks),
    benign: addCounts(a.benign, b.benign),
  };
}

/** Adds two flat records of counts, name by name. */
function addCounts<T extends { [K in keyof T]: number }>(a: T, b: T): T {
  const sum = { ...a };
  for (const name of Object.keys(b) as (keyof T)[]) sum[name] = (a[name] + b[name]) as T[keyof T];
  return sum;
}
