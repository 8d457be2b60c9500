import type { ConfusionMatrix } from '../../stats/confusion.ts';
import type { BatchView } from '../batch/batch-view.ts';
import { noAttackType } from '../batch/layout.ts';
import { textColumns } from '../batch/sample.ts';
import { type AttackTypes, emptyAttackTypes, limitAttackTypes, mergeAttackTypes } from './attack-types.ts';
import { type Clues, emptyClues, examine, examinedPerBatchMax, mergeClues } from './clues.ts';
import { type Example, isBefore, mergeExamples, noteExample, type Place, placeToBeat } from './examples.ts';

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
  /** The same with each content counted once. */
  distinct: ConfusionMatrix;
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
    distinct: emptyMatrix(),
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

/** Of each kind of example, the place before which more are wanted; null: anywhere. */
export type ExamplesWanted = Record<'falsePositives' | 'falseNegatives' | 'passed', Place | null>;

/** What a batch can still add to the examples of a tally. */
export function examplesWanted(tally: EvaluationTally): ExamplesWanted {
  return {
    falsePositives: placeToBeat(tally.falsePositives),
    falseNegatives: placeToBeat(tally.falseNegatives),
    passed: placeToBeat(tally.passed),
  };
}

const addressBit = textColumns.indexOf('source_ip');

/**
 * Counts one batch. This runs for every sample of every evaluation, so counting stays in local numbers and arrays
 * (0.06 µs a sample; counting in the tally's own fields took 0.15) and only what is quoted is looked at again.
 *
 * @param matches one byte a sample, 1 = the rule matched
 * @param baseline the same for the baseline; null without one
 * @param selected one byte a sample, 1 = belongs to the evaluation; null: all do
 * @param repeats a bitmap, bit i & 7 of byte i >> 3: sample i repeats an earlier one; null: none does
 * @param firstOrdinal arrival ordinal of the batch's first sample
 * @param wanted of what this tally will be merged into: sooner or later, the merged tally is the same
 */
export function tallyBatch(
  view: BatchView,
  matches: Uint8Array,
  baseline: Uint8Array | null,
  selected: Uint8Array | null,
  repeats: Uint8Array | null,
  firstOrdinal: number,
  wanted: ExamplesWanted = examplesWanted(emptyTally()),
): EvaluationTally {
  const tally = emptyTally();
  countSamples(tally, view, matches, selected, repeats);
  tally.attackTypes = countAttackTypes(view, matches, selected);
  if (baseline !== null) tally.baseline = countBaseline(view, matches, baseline, selected, repeats);
  quoteSamples(tally, view, matches, selected, firstOrdinal, wanted);
  return tally;
}

function countSamples(
  tally: EvaluationTally,
  view: BatchView,
  matches: Uint8Array,
  selected: Uint8Array | null,
  repeats: Uint8Array | null,
): void {
  const { count, flags, present, at } = view;
  /** At label × 4 + matched × 2 + repeated. */
  const outcomes = new Uint32Array(8);
  let withAddress = 0;
  let minAt = Number.POSITIVE_INFINITY;
  let maxAt = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    if (selected !== null && selected[i] === 0) continue;
    outcomes[((flags[i]! & 1) << 2) | (matches[i]! << 1) | bitOf(repeats, i)]!++;
    withAddress += (present[i]! >> addressBit) & 1;
    const t = at[i]!;
    if (t < minAt) minAt = t;
    if (t > maxAt) maxAt = t;
  }
  const matrixOf = (repeated: 0 | 1): ConfusionMatrix => ({
    trueNegatives: outcomes[repeated]!,
    falsePositives: outcomes[2 | repeated]!,
    falseNegatives: outcomes[4 | repeated]!,
    truePositives: outcomes[6 | repeated]!,
  });
  const repetitions = matrixOf(1);
  tally.distinct = matrixOf(0);
  tally.matrix = addCounts(tally.distinct, repetitions);
  tally.duplicates = sampleCount(repetitions);
  tally.withoutAddress = sampleCount(tally.matrix) - withAddress;
  tally.span = { minAt, maxAt };
}

function countAttackTypes(
  { count, flags, attackTypeIndex, attackTypes }: BatchView,
  matches: Uint8Array,
  selected: Uint8Array | null,
): AttackTypes {
  const none = attackTypes.length;
  const total = new Uint32Array(none + 1);
  const detected = new Uint32Array(none + 1);
  for (let i = 0; i < count; i++) {
    if ((flags[i]! & 1) === 0 || (selected !== null && selected[i] === 0)) continue;
    const index = attackTypeIndex[i]!;
    const slot = index === noAttackType ? none : index;
    total[slot]!++;
    detected[slot]! += matches[i]!;
  }
  const types = emptyAttackTypes();
  for (let slot = 0; slot <= none; slot++) {
    if (total[slot] === 0) continue;
    types.byType.set(attackTypes[slot] ?? null, { total: total[slot]!, detected: detected[slot]! });
  }
  return limitAttackTypes(types);
}

/** Keeps the first few of each kind to show, and looks at some for what stands out. */
function quoteSamples(
  tally: EvaluationTally,
  view: BatchView,
  matches: Uint8Array,
  selected: Uint8Array | null,
  firstOrdinal: number,
  wanted: ExamplesWanted,
): void {
  const { count, flags } = view;
  const { falsePositives, falseNegatives, passed, clues } = tally;
  /** At label × 2 + matched, as long as a sample of the kind can add anything: for most of a batch none can. */
  const kinds: (Quoted | null)[] = [
    { examples: passed, wanted: wanted.passed, clues: clues.passed },
    { examples: falsePositives, wanted: wanted.falsePositives, clues: clues.falseAlarms },
    { examples: falseNegatives, wanted: wanted.falseNegatives, clues: clues.missed },
    null,
  ];
  const open = Uint8Array.from(kinds, (kind) => (kind === null ? 0 : 1));
  for (let i = 0; i < count; i++) {
    const k = ((flags[i]! & 1) << 1) | matches[i]!;
    if (open[k] === 0 || (selected !== null && selected[i] === 0)) continue;
    const kind = kinds[k]!;
    noteExample(kind.examples, view, i, firstOrdinal + i, kind.wanted);
    examine(kind.clues, view, i);
    if (
      kind.clues.examined === examinedPerBatchMax &&
      !addsExamples(kind, tally.span.minAt, firstOrdinal + i)
    )
      open[k] = 0;
  }
}

interface Quoted {
  examples: Example[];
  wanted: Place | null;
  clues: Clues;
}

/** Whether a sample after `ordinal`, and no earlier than any of its batch, may be an example. */
function addsExamples({ examples, wanted }: Quoted, minAt: number, ordinal: number): boolean {
  const bar = placeToBeat(examples) ?? wanted;
  return bar === null || isBefore(minAt, ordinal + 1, bar);
}

function bitOf(bitmap: Uint8Array | null, i: number): number {
  return bitmap === null ? 0 : (bitmap[i >> 3]! >> (i & 7)) & 1;
}

function countBaseline(
  { count, flags }: BatchView,
  matches: Uint8Array,
  baselineMatches: Uint8Array,
  selected: Uint8Array | null,
  repeats: Uint8Array | null,
): BaselineTally {
  const baseline = emptyBaseline();
  for (let i = 0; i < count; i++) {
    if (selected !== null && selected[i] === 0) continue;
    const attack = (flags[i]! & 1) === 1;
    const baselineMatched = baselineMatches[i] === 1;
    countOutcome(baseline.matrix, attack, baselineMatched);
    if (bitOf(repeats, i) === 0) {
      const pairs = attack ? baseline.attacks : baseline.benign;
      countPair(pairs, (matches[i] === 1) === attack, baselineMatched === attack);
    }
  }
  return baseline;
}

function countOutcome(matrix: ConfusionMatrix, attack: boolean, matched: boolean): void {
  if (attack) {
    if (matched) matrix.truePositives++;
    else matrix.falseNegatives++;
  } else if (matched) matrix.falsePositives++;
  else matrix.trueNegatives++;
}

function countPair(pairs: PairedTally, right: boolean, baselineRight: boolean): void {
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

const sampleCount = (m: ConfusionMatrix) =>
  m.truePositives + m.falsePositives + m.trueNegatives + m.falseNegatives;

/** Adds two flat records of counts, name by name. */
function addCounts<T extends { [K in keyof T]: number }>(a: T, b: T): T {
  const sum = { ...a };
  for (const name of Object.keys(b) as (keyof T)[]) sum[name] = (a[name] + b[name]) as T[keyof T];
  return sum;
}
