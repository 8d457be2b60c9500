import type { Pool } from 'pg';
import { copyHeader, copyTrailer } from '../../platform/database/copy-in.ts';
import { int8Array } from '../../platform/database/exchange/binary-array.ts';
import { exchangeWithin, type Statement } from '../../platform/database/exchange/exchange.ts';
import { sql } from '../../platform/database/sql.ts';
import { nodeRow } from './entry-row.ts';
import type { PreparedBatch } from './prepare-batch.ts';

/** A batch takes 0.2 s; a server that says nothing for so long is behind a network that swallows packets. */
const answerTimeoutMs = 60_000;

/** PostgreSQL's code where a statement of ours found the log elsewhere than the batch begins. */
const divisionByZero = '22012';

/**
 * Moves a sealed batch from the outbox to the log: one transaction in one round trip, so that PostgreSQL never waits for
 * this process, which seals the next batch meanwhile.
 *
 * @returns false when the log has moved on or another sequencer is at it; then nothing was written.
 */
export async function appendBatch(pool: Pool, batch: PreparedBatch): Promise<boolean> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await exchangeWithin(client, statementsOf(batch), answerTimeoutMs);
    return true;
  } catch (error) {
    failure = error as Error; // with the connection ends its transaction
    if ((error as { code?: unknown }).code === divisionByZero) return false;
    throw error;
  } finally {
    client.release(failure);
  }
}

function statementsOf({ before, after, ids, entries, nodes }: PreparedBatch): Statement[] {
  const head = [before.size, before.chainHash, after.size, after.chainHash, after.peaks, after.sequencedAt];
  return [
    { name: 'audit_begin', text: 'BEGIN' },
    statement('probe-only'),
    statement('move-head', head.map(asText)),
    statement('delete-outbox', [int8Array(ids), String(ids.length)]),
    { ...statement('copy-entries'), copy: entries },
    { ...statement('copy-nodes'), copy: Buffer.concat([copyHeader, ...nodes.map(nodeRow), copyTrailer]) },
    { name: 'audit_commit', text: 'COMMIT' },
  ];
}

function statement(file: string, values: readonly (string | Buffer)[] = []): Statement {
  return { name: `audit_${file}`, text: sql(import.meta.url, `./sql/${file}.sql`), values };
}

const asText = (value: number | Buffer) => (typeof value === 'number' ? String(value) : value);
