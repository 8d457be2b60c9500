import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ClientBase, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { allowLongTransaction } from '../../platform/database/allow-long-transaction.ts';
import { copyFixedRows } from '../../platform/database/copy-fixed-rows.ts';
import { sql } from '../../platform/database/sql.ts';
import type { ThreadPool } from '../../workers/pool.ts';
import { maxSamplesPerBatch } from '../batch/layout.ts';
import { keyRow } from '../rules/rate-limit/key-row.ts';
import type { RateLimitLeaf } from '../rules/rate-limit/rate-limit-leaf.ts';
import { rateLimitLeaves } from '../rules/rate-limit/rate-limit-leaves.ts';
import { hasToken, refill } from '../rules/rate-limit/token-bucket.ts';
import type { Selection } from '../selections/selection.ts';
import { chunkKey } from '../selections/stream-chunks.ts';
import type { EvaluatedRule } from './evaluation.ts';
import { runBatches } from './run-batches.ts';

/** For a chunk of the selection, a bitmap for each rate-limit leaf of the rule: bit i = sample i is over the limit. */
export type LimitedLookup = (chunk: { uploadId: number; firstIndex: number }) => Uint8Array[];

export interface FindLimitedDeps {
  /** Reads chunks. */
  reader: ClientBase;
  /** Sorts keys in a temporary table of its own; idle otherwise. */
  sorter: PoolClient;
  threads: ThreadPool;
  inFlightMax: number;
  signal: AbortSignal;
  /** Told the samples of each batch whose keys are known. */
  onSamples: (samples: number) => void;
  /** How long a batch may take, and the failure when it takes longer. */
  timeoutMs: number;
  onTimeout: () => Error;
}

const binaryHeader = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
const binaryTrailer = Buffer.from('ffff', 'hex');

/**
 * Runs the token buckets of a rule over the whole selection in (time, ordinal) order, before any batch is matched.
 *
 * Each leaf has a key of its own, so no one sharding of the samples serves a rule with two of them. Instead threads
 * extract (leaf, key, time, place), PostgreSQL sorts by leaf, key, time and ordinal, and one bucket at a time reads
 * its requests in order. The answer does not depend on threads or batches, and memory is one bit a sample and leaf.
 */
export async function findLimited(
  deps: FindLimitedDeps,
  selection: Selection,
  rule: EvaluatedRule,
): Promise<LimitedLookup> {
  const leaves = rateLimitLeaves(rule.config);
  if (leaves.length === 0) return () => [];

  await deps.sorter.query('BEGIN');
  await allowLongTransaction(deps.sorter);
  // A million keys take 80 MB; the default of 4 MB would sort them in twenty runs on disk.
  await deps.sorter.query(`SET LOCAL work_mem = '64MB'`);
  await deps.sorter.query(sql(import.meta.url, './sql/create-rate-limit-keys.sql'));
  const chunks = await copyKeys(deps, selection, rule);
  const bitmaps = chunks.map(() => leaves.map(() => new Uint8Array(maxSamplesPerBatch / 8)));
  await runBuckets(deps.sorter, leaves, bitmaps);
  await deps.sorter.query('COMMIT');

  const byChunk = new Map(chunks.map((key, index) => [key, bitmaps[index]!]));
  return (chunk) => byChunk.get(chunkKey(chunk)) ?? [];
}

/** Copies every request's keys into the temporary table. @returns the chunks' names by their number. */
async function copyKeys(deps: FindLimitedDeps, selection: Selection, rule: EvaluatedRule): Promise<string[]> {
  const chunks: string[] = [];
  const { signal, timeoutMs, onTimeout } = deps;
  const copy = deps.sorter.query(copyFrom(sql(import.meta.url, './sql/copy-rate-limit-keys.sql')));
  // Settles with the COPY itself, also when its connection is lost or given up; an error that nobody listens for would
  // end the process, and everybody's evaluations with it.
  const done = finished(copy);
  let over = false;
  const ended = () => {
    over = true;
  };
  done.then(ended, ended);
  copy.write(binaryHeader);
  await runBatches(deps.reader, selection, {
    inFlightMax: deps.inFlightMax,
    signal: deps.signal,
    submit: async (chunk, index) => {
      chunks[index] = chunkKey(chunk);
      const result = await deps.threads.run(
        {
          kind: 'extract-keys',
          body: chunk.body,
          chunk: index,
          firstOrdinal: chunk.firstOrdinal,
          bounds: selection,
          rule: { hash: rule.hash, canonical: rule.canonical },
        },
        { transfer: [chunk.body.buffer], signal, timeoutMs, onTimeout },
      );
      // A COPY that ended has let go of its connection, and writing to it would not be an error but a crash.
      if (over) await done;
      await Promise.race([writeAll(copy, result.rows), done]);
      return result;
    },
    collect: (result) => deps.onSamples(result.samples),
  });
  if (!over) copy.end(binaryTrailer);
  await done;
  return chunks;
}

/**
 * A socket that was handed more than its high-water mark (64 KiB) reports a write as done only once nothing of it is
 * left to send; of a smaller one part may still be waiting.
 */
const surelySentBytes = 256 * 1024;

/** Resolves when the next batch may be written. The memory of large ones, a megabyte, is given back at once. */
async function writeAll(stream: Writable, rows: Uint8Array<ArrayBuffer>): Promise<void> {
  if (rows.length === 0) return;
  await new Promise<void>((resolve, reject) => {
    stream.write(Buffer.from(rows.buffer, 0, rows.length), (error) => (error ? reject(error) : resolve()));
  });
  if (rows.length >= surelySentBytes) rows.buffer.transfer(0);
}

/** Reads the requests of each leaf and key in order, one bucket at a time. */
async function runBuckets(
  sorter: ClientBase,
  leaves: readonly RateLimitLeaf[],
  bitmaps: Uint8Array[][],
): Promise<void> {
  const select = sql(import.meta.url, './sql/sorted-rate-limit-keys.sql');
  let last: Buffer = Buffer.alloc(0);
  let lastStart = 0;
  let tokens = 0;
  for await (const rows of copyFixedRows(sorter, select, keyRow.bytes)) {
    for (let start = 0; start < rows.length; start += keyRow.bytes) {
      const leaf = keyRow.leaf(rows, start);
      const limit = leaves[leaf]!;
      tokens =
        last.length > 0 && keyRow.sameBucket(last, lastStart, rows, start)
          ? refill(tokens, keyRow.at(rows, start) - keyRow.at(last, lastStart), limit)
          : limit.capacity;
      if (hasToken(tokens)) {
        tokens -= 1;
      } else {
        const i = keyRow.position(rows, start);
        bitmaps[keyRow.chunk(rows, start)]![leaf]![i >> 3]! |= 1 << (i & 7);
      }
      last = rows;
      lastStart = start;
    }
  }
}
