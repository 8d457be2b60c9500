import { hash } from 'node:crypto';
import { BatchView } from '../shadow/batch/batch-view.ts';
import { keyRow } from '../shadow/rules/rate-limit/key-row.ts';
import { rateLimitLeaves } from '../shadow/rules/rate-limit/rate-limit-leaves.ts';
import type { RuleConfig } from '../shadow/rules/rule-config.ts';
import type { RuleText } from './compiled-rules.ts';
import { movable } from './movable.ts';
import { type Bounds, countSelected, selectedSamples } from './selected-samples.ts';

export interface ExtractKeysTask {
  kind: 'extract-keys';
  body: Uint8Array<ArrayBuffer>;
  /** Which chunk of the selection this is; comes back with every bit that is set. */
  chunk: number;
  firstOrdinal: number;
  bounds: Bounds;
  rule: RuleText;
}

export interface ExtractKeysResult {
  /** Samples of the batch that belong to the selection. */
  samples: number;
  /** Rows (sort_key bytea, place int8) in binary COPY form; see `keyRow`. */
  rows: Uint8Array<ArrayBuffer>;
  /** The task's own, moved back to be used again. */
  body: ArrayBuffer;
}

/** Picks from a batch what the rule's token buckets need to know: who asked, when, and where the answer goes. */
export function extractKeys(task: ExtractKeysTask): ExtractKeysResult {
  const view = new BatchView(task.body);
  const selected = selectedSamples(view, task.firstOrdinal, task.bounds);
  // Compiling the patterns of a large rule takes seconds, and its rate limits have none.
  const leaves = rateLimitLeaves(JSON.parse(task.rule.canonical) as RuleConfig);
  const rows = new ArrayBuffer(view.count * leaves.length * keyRow.bytes);
  const writer = Buffer.from(rows);
  let end = 0;
  for (let leaf = 0; leaf < leaves.length; leaf++) {
    const { keyOf } = leaves[leaf]!;
    for (let i = 0; i < view.count; i++) {
      if (selected !== null && selected[i] === 0) continue;
      const key = keyOf(view, i);
      if (key === null) continue;
      keyRow.write(writer, end, {
        leaf,
        keyDigest: hash('sha256', key, 'buffer'),
        at: view.at[i]!,
        ordinal: task.firstOrdinal + i,
        chunk: task.chunk,
        position: i,
      });
      end += keyRow.bytes;
    }
  }
  const samples = countSelected(selected, view.count);
  view.dispose();
  const body = task.body.buffer;
  return movable({ samples, rows: new Uint8Array(rows, 0, end), body }, [rows, body]);
}
