import type { Pool } from 'pg';
import { allowLongTransaction } from '../../platform/database/allow-long-transaction.ts';
import { copyRows, readBigint } from '../../platform/database/copy-rows.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { maxSamplesPerBatch } from '../batch/layout.ts';
import type { Selection } from './selection.ts';
import { chunkKey, copyParameters } from './stream-chunks.ts';

interface RepeatsOfChunk {
  uploadId: number;
  firstIndex: number;
  bits: Buffer;
}

/**
 * Marks, once for each selection, the samples that repeat an earlier one: a paired comparison counts distinct
 * requests. PostgreSQL does the grouping, so memory here is one bit a sample of the chunks that hold repeats.
 */
export async function findRepeats(pool: Pool, selection: Selection): Promise<void> {
  await withTransaction(pool, async (client) => {
    await allowLongTransaction(client);
    const locked = await client.query(sql(import.meta.url, './sql/lock-selection.sql'), [
      selection.selectionId,
    ]);
    if (locked.rows.length === 0 || locked.rows[0].repeats_known) return;
    // Sorting a million hashes in the default 4 MB spills to disk; 64 MB keeps usual selections in memory.
    await client.query(`SET LOCAL work_mem = '64MB'`);
    const chunks = new Map<string, RepeatsOfChunk>();
    const select = sql(import.meta.url, './sql/stream-repeats.sql');
    for await (const rows of copyRows(client, select, copyParameters(selection))) {
      for (const [uploadId, firstIndex, position] of rows) {
        mark(chunks, readBigint(uploadId), readBigint(firstIndex), readBigint(position));
      }
    }
    const found = [...chunks.values()];
    await client.query(sql(import.meta.url, './sql/insert-repeats.sql'), [
      selection.selectionId,
      found.map((chunk) => chunk.uploadId),
      found.map((chunk) => chunk.firstIndex),
      found.map((chunk) => chunk.bits),
    ]);
    await client.query(sql(import.meta.url, './sql/mark-repeats-known.sql'), [selection.selectionId]);
  });
}

function mark(
  chunks: Map<string, RepeatsOfChunk>,
  uploadId: number,
  firstIndex: number,
  position: number,
): void {
  const key = chunkKey({ uploadId, firstIndex });
  let chunk = chunks.get(key);
  if (chunk === undefined) {
    chunk = { uploadId, firstIndex, bits: Buffer.alloc(maxSamplesPerBatch / 8) };
    chunks.set(key, chunk);
  }
  chunk.bits[position >> 3]! |= 1 << (position & 7);
}
