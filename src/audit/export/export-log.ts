import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { findCheckpoint, type PublishedCheckpoint } from '../checkpoints/find-checkpoint.ts';
import { readInclusionProofs } from '../tree/read-inclusion-proofs.ts';

export interface ExportOptions {
  /** The first entry; the first still in the log when absent. */
  from?: number | undefined;
  /** The entry after the last; all that the newest checkpoint covers when absent. */
  to?: number | undefined;
  /** Only this tenant's entries; their own chain shows that none is left out. */
  tenantId?: string | undefined;
}

/** One query's worth: 400 kB, or with proofs 1,000 nodes. */
const entriesAtOnce = 500;

/**
 * The log, or a part of it, as NDJSON lines that can be verified without us: first `{origin, checkpoint}`, then
 * `{seq, leaf, chain_hash}`. A part has `prev_chain_hash` in its first line and an `inclusion` proof a line; a tenant's has
 * `tenant_id` in its first line, and entries between which others are left out. Holds no connection between two stretches.
 *
 * @throws NotFoundError before anything was yielded, when nothing was published yet.
 */
export async function* exportLog(
  pool: Pool,
  options: ExportOptions,
): AsyncGenerator<string, void, undefined> {
  const checkpoint = await findCheckpoint(pool);
  if (checkpoint === null) throw new NotFoundError('no checkpoint was published yet');
  const { tenantId } = options;
  const from = Math.max(options.from ?? 0, await firstSeq(pool));
  const to = Math.min(options.to ?? checkpoint.size, checkpoint.size);
  const whole = from === 0 && to === checkpoint.size && tenantId === undefined;
  yield `${JSON.stringify({
    origin: checkpoint.note.slice(0, checkpoint.note.indexOf('\n')),
    checkpoint: checkpoint.note,
    ...(tenantId === undefined ? {} : { tenant_id: tenantId }),
    ...(whole || tenantId !== undefined ? {} : { prev_chain_hash: await chainBefore(pool, from) }),
  })}\n`;
  for (let next = from; next < to; ) {
    const rows = await readStretch(pool, next, to, tenantId);
    if (tenantId === undefined && rows.length !== Math.min(entriesAtOnce, to - next))
      throw new Error(`entries are missing between ${next} and ${to}; verify the log`);
    if (rows.length === 0) return;
    yield await linesOf(pool, rows, whole ? null : checkpoint);
    next = rows.at(-1)!.seq + 1;
  }
}

interface ExportRow {
  seq: number;
  leaf: Buffer;
  chain_hash: Buffer;
}

async function linesOf(pool: Pool, rows: ExportRow[], proveIn: PublishedCheckpoint | null): Promise<string> {
  const seqs = rows.map(({ seq }) => seq);
  const proofs = proveIn === null ? null : await readInclusionProofs(pool, seqs, proveIn.size);
  return rows.map((row, i) => `${lineOf(row, proofs?.[i])}\n`).join('');
}

/** Base64 needs no escaping. */
function lineOf({ seq, leaf, chain_hash: chain }: ExportRow, proof: Buffer[] | undefined): string {
  const inclusion =
    proof === undefined
      ? ''
      : `,"inclusion":[${proof.map((hash) => `"${hash.toString('base64')}"`).join(',')}]`;
  return `{"seq":${seq},"leaf":"${leaf.toString('base64')}","chain_hash":"${chain.toString('base64')}"${inclusion}}`;
}

async function readStretch(pool: Pool, from: number, to: number, tenantId?: string): Promise<ExportRow[]> {
  const statement = sql(import.meta.url, './sql/read-stretch.sql');
  return (await pool.query<ExportRow>(statement, [from, to, tenantId ?? null, entriesAtOnce])).rows;
}

async function firstSeq(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ first_seq: number }>(sql(import.meta.url, './sql/read-bounds.sql'));
  return rows[0]!.first_seq;
}

async function chainBefore(pool: Pool, seq: number): Promise<string> {
  if (seq === 0) return Buffer.alloc(32).toString('base64');
  const { rows } = await pool.query<{ chain_hash: Buffer }>(
    sql(import.meta.url, './sql/read-chain-before.sql'),
    [seq],
  );
  if (rows.length === 0) throw new NotFoundError(`there is no entry ${seq - 1}, so no chain to continue`);
  return rows[0]!.chain_hash.toString('base64');
}
