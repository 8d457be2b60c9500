import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { leafStart } from '../leaf/leaf-text.ts';
import { readLeaf } from '../leaf/read-leaf.ts';

export interface ListedEntry {
  seq: number;
  tenant_id: string;
  tenant_seq: number;
  sequenced_at: string;
  /** The event, parsed; null when the leaf is malformed. */
  event: unknown;
  /** Base64. */
  leaf: string;
  leaf_hash: string;
  chain_hash: string;
}

interface Row {
  seq: number;
  sequenced_at: Date;
  tenant_id: string;
  tenant_seq: number;
  leaf: Buffer;
  leaf_hash: Buffer;
  chain_hash: Buffer;
}

/** Entries from `fromSeq` on, of all tenants or one. */
export async function listEntries(
  pool: Pool,
  fromSeq: number,
  limit: number,
  tenantId: string | null,
): Promise<ListedEntry[]> {
  const { rows } = await pool.query<Row>(sql(import.meta.url, './sql/list-entries.sql'), [
    fromSeq,
    tenantId,
    limit,
  ]);
  return rows.map((row) => ({
    seq: row.seq,
    tenant_id: row.tenant_id,
    tenant_seq: row.tenant_seq,
    sequenced_at: row.sequenced_at.toISOString(),
    event: eventOf(row.leaf),
    leaf: row.leaf.toString('base64'),
    leaf_hash: row.leaf_hash.toString('base64'),
    chain_hash: row.chain_hash.toString('base64'),
  }));
}

function eventOf(leaf: Buffer): unknown {
  const read = readLeaf(leaf);
  if (read === null) return null;
  try {
    return JSON.parse(leaf.toString('utf8', leafStart.length, read.eventEnd));
  } catch {
    return null;
  }
}
