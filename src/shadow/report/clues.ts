import type { BatchView } from '../batch/batch-view.ts';
import { markNames, marksOf } from './marks.ts';

/** Columns worth reading for the cause of a mistake, the likeliest carrier first. */
export const clueColumns = ['payload', 'uri', 'user_agent'] as const;
export type ClueColumn = (typeof clueColumns)[number];

/** What stands out in some requests of one kind, such as missed attacks. */
export interface Clues {
  examined: number;
  /** By `bit k: the request has a value in clueColumns[k]`. */
  present: number[];
  /** How often mark m stands in column c, at c × markNames.length + m. */
  marks: number[];
}

/**
 * Requests of each kind examined in a batch: a cause shows in a few dozen. At about 2 µs a request, looking at all would
 * cost more than matching them; so bounded, a tally takes 0.1 µs a sample.
 */
export const examinedPerBatchMax = 32;

export function emptyClues(): Clues {
  return {
    examined: 0,
    present: new Array<number>(1 << clueColumns.length).fill(0),
    marks: new Array<number>(clueColumns.length * markNames.length).fill(0),
  };
}

export function mergeClues(a: Clues, b: Clues): Clues {
  return {
    examined: a.examined + b.examined,
    present: a.present.map((count, k) => count + b.present[k]!),
    marks: a.marks.map((count, k) => count + b.marks[k]!),
  };
}

/** Adds sample `i` to the clues, unless enough of this batch were examined already. */
export function examine(clues: Clues, view: BatchView, i: number): void {
  if (clues.examined === examinedPerBatchMax) return;
  clues.examined++;
  let presence = 0;
  for (let c = 0; c < clueColumns.length; c++) {
    const name = clueColumns[c]!;
    if (!view.has(name, i)) continue;
    presence |= 1 << c;
    const { offsets, bytes } = view.column(name);
    const marks = marksOf(bytes, offsets[i]!, offsets[i + 1]!);
    for (let m = 0; m < markNames.length; m++) {
      clues.marks[c * markNames.length + m]! += (marks >> m) & 1;
    }
  }
  clues.present[presence]!++;
}
