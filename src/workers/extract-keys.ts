import { createHash } from 'node:crypto';
import { BatchView } from '../shadow/batch/batch-view.ts';
import { compiledRule, type RuleText } from './compiled-rules.ts';
import { type Bounds, selectedSamples } from './selected-samples.ts';

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
  /** Rows (leaf int4, key bytea, at int8, ordinal int8, chunk int4, position int4) in binary COPY form. */
  rows: Uint8Array<ArrayBuffer>;
}

/** A key longer than this is replaced by its SHA-256, so that sorting by key stays cheap whatever is sent. */
const keyBytesMax = 64;
/** Two bytes of field count, six lengths of four bytes, and 4 + 8 + 8 + 4 + 4 bytes of integers. */
const rowBytesMax = 2 + 6 * 4 + 28 + keyBytesMax;

/** Picks from a batch what the rule's token buckets need to know: who asked, when, and where the answer goes. */
export function extractKeys(task: ExtractKeysTask): ExtractKeysResult {
  const view = new BatchView(task.body);
  const selected = selectedSamples(view, task.firstOrdinal, task.bounds);
  const leaves = compiledRule(task.rule).rateLimits;
  const rows = Buffer.from(new ArrayBuffer(view.count * leaves.length * rowBytesMax));
  let end = 0;
  for (let leaf = 0; leaf < leaves.length; leaf++) {
    for (let i = 0; i < view.count; i++) {
      if (selected !== null && selected[i] === 0) continue;
      const key = leaves[leaf]!.keyOf(view, i);
      if (key === null) continue;
      end = rows.writeInt16BE(6, end);
      end = writeInt4(rows, leaf, end);
      end = writeKey(rows, key, end);
      end = writeInt8(rows, view.at[i]!, end);
      end = writeInt8(rows, task.firstOrdinal + i, end);
      end = writeInt4(rows, task.chunk, end);
      end = writeInt4(rows, i, end);
    }
  }
  return { rows: new Uint8Array(rows.buffer as ArrayBuffer, 0, end) };
}

function writeInt4(rows: Buffer, value: number, at: number): number {
  return rows.writeInt32BE(value, rows.writeInt32BE(4, at));
}

function writeInt8(rows: Buffer, value: number, at: number): number {
  rows.writeInt32BE(8, at);
  // Arithmetic on numbers: a BigInt for each of two fields of each row is the larger part of the loop's time.
  const high = Math.floor(value / 2 ** 32);
  rows.writeInt32BE(high, at + 4);
  return rows.writeUInt32BE(value - high * 2 ** 32, at + 8);
}

function writeKey(rows: Buffer, key: string, at: number): number {
  if (Buffer.byteLength(key) <= keyBytesMax) {
    const length = rows.write(key, at + 4, 'utf8');
    rows.writeInt32BE(length, at);
    return at + 4 + length;
  }
  const digest = createHash('sha256').update(key).digest();
  rows.writeInt32BE(digest.length + 1, at);
  // 0xFF never occurs in UTF-8, so a digest equals no short key.
  rows[at + 4] = 0xff;
  digest.copy(rows, at + 5);
  return at + 5 + digest.length;
}
