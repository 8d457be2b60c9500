import type { Pool } from 'pg';
import { allowLongTransaction } from '../../platform/database/allow-long-transaction.ts';
import { copyRows, readBigint } from '../../platform/database/copy-rows.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { maxSamplesPerBatch } from '../batch/layout.ts';
import type { Selection } from './selection.ts';
import { copyParameters } from './stream-chunks.ts';

interface RepeatsOfChunk {
  uploadId: number;
  firstIndex: number;
  /** Bit i: sample i repeats an earlier one. */
  repeats: Buffer;
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
    const found: RepeatsOfChunk[] = [];
    const select = sql(import.meta.url, './sql/stream-repeats.sql');
    for await (const rows of copyRows(client, select, copyParameters(selection))) {
      for (const [uploadId, firstIndex, positions] of rows) {
        found.push({
          uploadId: readBigint(uploadId),
          firstIndex: readBigint(firstIndex),
          repeats: toBitmap(positions!),
        });
      }
    }
    await client.query(sql(import.meta.url, './sql/insert-repeats.sql'), [
      selection.selectionId,
      found.map((chunk) => chunk.uploadId),
      found.map((chunk) => chunk.firstIndex),
      found.map((chunk) => chunk.repeats),
    ]);
    await client.query(sql(import.meta.url, './sql/mark-repeats-known.sql'), [selection.selectionId]);
  });
}

/** @param positions a smallint[] in binary form: five Int32 of header, then a length and an Int16 each. */
function toBitmap(positions: Buffer): Buffer {
  const bitmap = Buffer.alloc(maxSamplesPerBatch / 8);
  for (let at = 20; at < positions.length; at += 6) {
    const position = positions.readInt16BE(at + 4);
    bitmap[position >> 3]! |= 1 << (position & 7);
  }
  return bitmap;
}
