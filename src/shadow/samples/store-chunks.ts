import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';
import { allowLongTransaction } from '../../platform/database/allow-long-transaction.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { ConflictError } from '../../platform/errors.ts';
import { chunkRowPrefix, copyHeader, copyTrailer } from './chunk-row.ts';
import type { PackedChunk } from './sample-packer.ts';

/**
 * What may wait for PostgreSQL: two batches, so that the next is parsed while the last is stored, and no more, so
 * that a slow database slows the client down instead of filling memory.
 */
const copyBufferBytes = 2 * 1024 * 1024;

export interface DatasetName {
  /** The owner: a tenant, or `*`. */
  tenantId: string;
  name: string;
}

/**
 * Stores all chunks as one upload, in one transaction: either every one of them becomes part of the dataset's next
 * version, or nothing is there. No lock is held while `chunks` is still coming in.
 *
 * @returns the dataset's version with this upload.
 * @throws ConflictError `dataset_deleted` when the dataset was deleted meanwhile; whatever `chunks` throws.
 */
export async function storeChunks(
  pool: Pool,
  dataset: DatasetName,
  chunks: AsyncIterable<PackedChunk>,
  totals: () => { stored: number; attacks: number },
): Promise<number> {
  const owner = [dataset.tenantId, dataset.name];
  await pool.query(sql(import.meta.url, './sql/reserve-dataset.sql'), owner);
  return withTransaction(pool, async (client) => {
    const begun = await client.query<{ dataset_id: number; upload_id: number }>(
      sql(import.meta.url, './sql/begin-upload.sql'),
      owner,
    );
    const ids = begun.rows[0];
    if (ids === undefined) throw datasetDeleted(dataset);
    await copyChunks(client, ids.dataset_id, ids.upload_id, chunks);
    const { stored, attacks } = totals();
    const uploaded = await client.query<{ version: number }>(
      sql(import.meta.url, './sql/finish-upload.sql'),
      [ids.dataset_id, ids.upload_id, stored, attacks],
    );
    const upload = uploaded.rows[0];
    if (upload === undefined) throw datasetDeleted(dataset);
    return upload.version;
  });
}

async function copyChunks(
  client: PoolClient,
  datasetId: number,
  uploadId: number,
  chunks: AsyncIterable<PackedChunk>,
): Promise<void> {
  await allowLongTransaction(client);
  const copy = client.query(
    copyFrom(sql(import.meta.url, './sql/copy-chunks.sql'), { highWaterMark: copyBufferBytes }),
  );
  // Settles with the COPY itself: also when the server ends it while we wait for the client.
  const done = finished(copy);
  let over = false;
  const ended = () => {
    over = true;
  };
  done.then(ended, ended);
  try {
    copy.write(copyHeader);
    for await (const chunk of chunks) {
      // A refused COPY has let go of its connection, and writing to it would not be an error but a crash.
      if (over) break;
      copy.write(chunkRowPrefix(chunk, datasetId, uploadId));
      if (!copy.write(chunk.body)) await Promise.race([once(copy, 'drain'), done]);
    }
    if (!over) copy.end(copyTrailer);
    await done;
  } catch (error) {
    if (!over) await abandon(copy);
    throw error;
  }
}

/** Tells the server that the COPY is off and waits until it has heard; the caller then rolls back. */
async function abandon(copy: CopyStreamQuery): Promise<void> {
  copy.destroy(new Error('upload abandoned'));
  await finished(copy).catch(() => {});
}

function datasetDeleted(dataset: DatasetName): ConflictError {
  return new ConflictError(
    'dataset_deleted',
    `dataset ${dataset.name} was deleted while this upload was being sent; nothing was stored, send it again`,
  );
}
