import { BatchView } from '../shadow/batch/batch-view.ts';
import { type EvaluationTally, type ExamplesWanted, tallyBatch } from '../shadow/report/tally.ts';
import { compiledRule, type RuleText } from './compiled-rules.ts';
import { movable } from './movable.ts';
import { type Bounds, countSelected, selectedSamples } from './selected-samples.ts';

export interface EvaluateBatchTask {
  kind: 'evaluate-batch';
  body: Uint8Array<ArrayBuffer>;
  firstOrdinal: number;
  bounds: Bounds;
  /** Bit i: sample i repeats an earlier one; null: none does. */
  repeats: Uint8Array | null;
  rule: RuleText;
  baseline: RuleText | null;
  /** A bitmap for each rate-limit leaf, in the rule's pre-order: bit i = sample i is over the limit. */
  ruleLimits: Uint8Array[];
  baselineLimits: Uint8Array[];
  /** What is still wanted after the batches that are done. */
  examplesWanted: ExamplesWanted;
}

export interface EvaluateBatchResult {
  /** Samples of the batch that belong to the selection. */
  samples: number;
  tally: EvaluationTally;
  /** The task's own, moved back to be used again. */
  body: ArrayBuffer;
}

/** Matches one batch against the rule, and the baseline if there is one, and counts. */
export function evaluateBatch(task: EvaluateBatchTask): EvaluateBatchResult {
  const view = new BatchView(task.body);
  try {
    const selected = selectedSamples(view, task.firstOrdinal, task.bounds);
    const matches = compiledRule(task.rule).matchBatch(view, unpackAll(task.ruleLimits, view.count));
    const baseline =
      task.baseline === null
        ? null
        : compiledRule(task.baseline).matchBatch(view, unpackAll(task.baselineLimits, view.count));
    const tally = tallyBatch(
      view,
      matches,
      baseline,
      selected,
      task.repeats,
      task.firstOrdinal,
      task.examplesWanted,
    );
    const body = task.body.buffer;
    return movable({ samples: countSelected(selected, view.count), tally, body }, [body]);
  } finally {
    view.dispose();
  }
}

function unpackAll(bitmaps: readonly Uint8Array[], count: number): Uint8Array[] {
  return bitmaps.map((bitmap) => {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = (bitmap[i >> 3]! >> (i & 7)) & 1;
    return bytes;
  });
}
