import { finished } from 'node:stream/promises';
import type { Pool } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { withTransaction } from '../src/platform/database/transaction.ts';

/** Rows of the log in COPY's binary form, a transaction's worth each. */
export type ReadyEntries = readonly Buffer[];

const batchSize = 5_000;

/** The first `count` entries of the log as PostgreSQL itself writes them. */
export async function readyEntries(owner: Pool, count: number): Promise<ReadyEntries> {
  await owner.query('CREATE TABLE bench_entries (LIKE audit.entries INCLUDING ALL)');
  const batches: Buffer[] = [];
  const client = await owner.connect();
  for (let from = 0; from < count; from += batchSize) {
    const parts: Buffer[] = [];
    const select = `SELECT * FROM audit.entries WHERE seq >= ${from} AND seq < ${from + batchSize} ORDER BY seq`;
    const stream = client.query(copyTo(`COPY (${select}) TO STDOUT (FORMAT binary)`));
    for await (const part of stream as AsyncIterable<Buffer>) parts.push(part);
    batches.push(Buffer.concat(parts));
  }
  client.release();
  return batches;
}

/** Copies them all into the empty table. @returns milliseconds, first byte to last commit. */
export async function copyReadyEntries(owner: Pool, ready: ReadyEntries): Promise<number> {
  await owner.query('TRUNCATE bench_entries');
  const started = performance.now();
  for (const batch of ready) {
    await withTransaction(owner, async (client) => {
      const copy = client.query(copyFrom('COPY bench_entries FROM STDIN (FORMAT binary)'));
      copy.end(batch);
      await finished(copy);
    });
  }
  return performance.now() - started;
}
