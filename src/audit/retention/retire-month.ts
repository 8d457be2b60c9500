import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { InvalidRequestError } from '../../platform/errors.ts';
import { findCheckpoint } from '../checkpoints/find-checkpoint.ts';
import { exportLog } from '../export/export-log.ts';

export interface RetireDeps {
  /** Connections as `assay_keeper`. */
  pool: Pool;
  /** First day of the month, `2026-01-01`. */
  month: string;
  /** Keeps a line of the export; resolves once it may be relied on. */
  write: (text: string) => Promise<void>;
  /** Called when all was written: makes it durable and verifies it, or throws. */
  verify: () => Promise<void>;
}

export interface Retired {
  firstSeq: number;
  lastSeq: number;
  exportSha256: Buffer;
  /** How long the log was locked. */
  detachMs: number;
}

/** A detach waits for readers of the log; it must not make writers wait behind it for longer than this. */
const lockTimeoutMs = 2_000;

/**
 * Takes the oldest month out of the log: exports it, has the export verified, then detaches its table. The tree keeps all
 * of its nodes, so proofs of what is left, and consistency with every checkpoint ever published, verify as before.
 *
 * @throws InvalidRequestError when the month has no entries, or entries that would not be in the export.
 */
export async function retireMonth(deps: RetireDeps): Promise<Retired> {
  const { pool, month } = deps;
  const { firstSeq, lastSeq } = await boundsToExport(pool, month);
  const digest = createHash('sha256');
  for await (const text of exportLog(pool, { from: firstSeq, to: lastSeq + 1 })) {
    digest.update(text);
    await deps.write(text);
  }
  await deps.verify();
  const exportSha256 = digest.digest();
  await pool.query(sql(import.meta.url, './sql/note-tenant-heads.sql'), [month]);
  const started = performance.now();
  await withTransaction(pool, async (client) => {
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    await client.query(sql(import.meta.url, './sql/detach-month.sql'), [month, exportSha256]);
    // A sequencer whose clock is late may have written to the month while it was exported.
    const { rows } = await client.query<Bounds>(sql(import.meta.url, './sql/retired-bounds.sql'), [month]);
    if (rows[0]?.first_seq !== firstSeq || rows[0].last_seq !== lastSeq)
      throw new InvalidRequestError(`${month.slice(0, 7)} grew while it was exported; nothing was detached`);
  });
  return { firstSeq, lastSeq, exportSha256, detachMs: performance.now() - started };
}

interface Bounds {
  first_seq: number | null;
  last_seq: number | null;
}

/** An export ends with its checkpoint, so what no checkpoint covers yet would be detached without having been kept. */
async function boundsToExport(pool: Pool, month: string): Promise<{ firstSeq: number; lastSeq: number }> {
  const { rows } = await pool.query<Bounds>(sql(import.meta.url, './sql/month-bounds.sql'), [month]);
  const { first_seq: firstSeq, last_seq: lastSeq } = rows[0]!;
  const name = month.slice(0, 7);
  if (firstSeq === null || lastSeq === null)
    throw new InvalidRequestError(`the log has no entries of ${name}`);
  const published = (await findCheckpoint(pool))?.size ?? 0;
  if (published <= lastSeq)
    throw new InvalidRequestError(
      `${name} has entries up to ${lastSeq}, the newest checkpoint covers ${published}: see why nothing is signed`,
    );
  return { firstSeq, lastSeq };
}

/** Drops the table of a detached month. @param exportSha256 of the export that was kept of it. */
export async function dropMonth(pool: Pool, month: string, exportSha256: Buffer): Promise<void> {
  await pool.query(sql(import.meta.url, './sql/drop-month.sql'), [month, exportSha256]);
}
