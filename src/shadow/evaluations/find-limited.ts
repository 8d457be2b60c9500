import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ClientBase, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { allowLongTransaction } from '../../platform/database/allow-long-transaction.ts';
import { copyRows } from '../../platform/database/copy-rows.ts';
import { sql } from '../../platform/database/sql.ts';
import type { ThreadPool } from '../../workers/pool.ts';
import { maxSamplesPerBatch } from '../batch/layout.ts';
import { compileRule } from '../rules/compile-rule.ts';
import { keyRow } from '../rules/rate-limit/key-row.ts';
import type { RateLimitLeaf } from '../rules/rate-limit/rate-limit-leaf.ts';
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
  const leaves = compileRule(rule.config).rateLimits;
  if (leaves.length === 0) return () => [];

  await deps.sorter.query('BEGIN');
  await allowLongTransaction(deps.sorter);
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
  const copy = deps.sorter.query(copyFrom(sql(import.meta.url, './sql/copy-rate-limit-keys.sql')));
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
        [chunk.body.buffer],
        deps.signal,
      );
      const { buffer, byteLength } = result.rows;
      await writeAll(copy, Buffer.from(buffer, 0, byteLength));
      return result;
    },
    collect: () => {},
  });
  copy.end(binaryTrailer);
  await finished(copy);
  return chunks;
}

async function writeAll(stream: Writable, bytes: Buffer): Promise<void> {
  if (bytes.length > 0 && !stream.write(bytes)) await once(stream, 'drain');
}

/** Reads the requests of each leaf and key in order, one bucket at a time. */
async function runBuckets(
  sorter: ClientBase,
  leaves: readonly RateLimitLeaf[],
  bitmaps: Uint8Array[][],
): Promise<void> {
  let last: Buffer | null = null;
  let tokens = 0;
  for await (const rows of copyRows(sorter, sql(import.meta.url, './sql/sorted-rate-limit-keys.sql'), {})) {
    for (const [sortKey, place] of rows as [Buffer, Buffer][]) {
      const leaf = keyRow.leaf(sortKey);
      const limit = leaves[leaf]!;
      tokens =
        last !== null && keyRow.sameBucket(last, sortKey)
          ? refill(tokens, keyRow.at(sortKey) - keyRow.at(last), limit)
          : limit.capacity;
      if (hasToken(tokens)) {
        tokens -= 1;
      } else {
        const i = keyRow.position(place);
        bitmaps[keyRow.chunk(place)]![leaf]![i >> 3]! |= 1 << (i & 7);
      }
      last = sortKey;
    }
    // The next rows come in another network buffer, and this one is let go.
    if (last !== null) last = Buffer.from(last);
  }
}
