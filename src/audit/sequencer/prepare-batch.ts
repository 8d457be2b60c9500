import type { ClientBase } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { LeafWriter } from '../leaf/leaf-writer.ts';
import { appendLeaves, type NodeRun } from '../tree/append-leaves.ts';
import { type IdRun, runsOf } from './id-runs.ts';
import { readOutbox } from './read-outbox.ts';
import { sealBatch } from './seal-batch.ts';
import type { TenantHeadCache } from './tenant-heads.ts';

/** Where the log ends: all that appending needs of what came before, besides the tenants' last entries. */
export interface Tail {
  size: number;
  chainHash: Buffer;
  peaks: Buffer;
  /** Milliseconds since the epoch, of the last entry. */
  sequencedAt: number;
}

/** A batch that is sealed and not yet written. */
export interface PreparedBatch {
  /** Where the log must end for the batch to continue it. */
  before: Tail;
  after: Tail;
  /** In the outbox, ascending. */
  ids: readonly number[];
  runs: IdRun[];
  /** For `copy-entries.sql`. */
  entries: Buffer;
  nodes: readonly NodeRun[];
}

export interface PrepareDeps {
  writer: LeafWriter;
  tenantHeads: TenantHeadCache;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** A batch that is read ahead names its predecessor's ids; more runs than this are waited for instead. */
const runsMax = 100;

/**
 * Reads and seals the oldest events.
 *
 * @param former the batch that is being written meanwhile; the new one continues it.
 * @returns null when nothing waits.
 */
export async function prepareBatch(
  client: ClientBase,
  deps: PrepareDeps,
  rowLimit: number,
  former: PreparedBatch | null,
): Promise<PreparedBatch | null> {
  const before = former?.after ?? (await readTail(client));
  const events = await readOutbox(client, rowLimit, former?.runs ?? []);
  const { ids, tenantIds } = events;
  if (ids.length === 0) return null;
  // Clocks of sequencers differ and are set back; the log's time does neither.
  const sequencedAt = Math.max(deps.clock(), before.sequencedAt);
  const tenantHeads = await deps.tenantHeads.load(client, new Set(tenantIds), before.chainHash);
  const { chainHash } = before;
  const batch = { events, firstSeq: before.size, chainHash, tenantHeads, sequencedAt };
  const sealed = await sealBatch(batch, deps.writer);
  const { tree, runs: nodes } = appendLeaves(before, sealed.leafHashes);
  // True once it is written; the chain hash tells whoever finds the log elsewhere that it is not.
  deps.tenantHeads.keep(sealed.chainHash);
  const after = { size: tree.size, chainHash: sealed.chainHash, peaks: tree.peaks, sequencedAt };
  return { before, after, ids, runs: runsOf(ids), entries: sealed.entries, nodes };
}

/** Whether the next batch can be read while this one is being written. */
export function canBeOvertaken({ runs }: PreparedBatch): boolean {
  return runs.length <= runsMax;
}

export async function readTail(client: ClientBase): Promise<Tail> {
  const { rows } = await client.query<{
    size: number;
    chain_hash: Buffer;
    peaks: Buffer;
    sequenced_at_ms: number;
  }>(sql(import.meta.url, './sql/read-head.sql'));
  const { size, chain_hash, peaks, sequenced_at_ms } = rows[0]!;
  return { size, chainHash: chain_hash, peaks, sequencedAt: sequenced_at_ms };
}
