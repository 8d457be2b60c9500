import type { ClientBase, Pool } from 'pg';
import { copyIn } from '../../platform/database/copy-in.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import type { LeafWriter } from '../leaf/leaf-writer.ts';
import { appendLeaves } from '../tree/append-leaves.ts';
import { hashBytes } from '../tree/hashing.ts';
import { claimOutbox } from './claim-outbox.ts';
import { nodeRow } from './entry-row.ts';
import { type SealedBatch, sealBatch } from './seal-batch.ts';
import type { TenantHeadCache, TenantHeads } from './tenant-heads.ts';

/** From here on a batch gains nothing: claim, COPY and commit are 3 ms beside 150 ms of rows. */
export const batchRowsMax = 5_000;

export interface SequencerDeps {
  /** Connections as `assay_sequencer`. */
  pool: Pool;
  writer: LeafWriter;
  tenantHeads: TenantHeadCache;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

export type BatchOutcome = { sequenced: number; size: number } | 'elsewhere';

/**
 * Moves the oldest events from the outbox to the log, in one transaction: they are in neither, in both or twice at no
 * moment that anyone can see. Called by several processes at once, one works and the others return `elsewhere`.
 */
export async function sequenceBatch(deps: SequencerDeps, rowLimit = batchRowsMax): Promise<BatchOutcome> {
  let kept: { heads: TenantHeads; chainHash: Buffer } | undefined;
  const outcome = await withTransaction<BatchOutcome>(deps.pool, async (client) => {
    const head = await lockHead(client);
    if (head === undefined) return 'elsewhere';
    const events = await claimOutbox(client, rowLimit);
    if (events.length === 0) return { sequenced: 0, size: head.size };
    // Clocks of sequencers differ and are set back; the log's time does neither.
    const sequencedAt = Math.max(deps.clock(), head.sequenced_at_ms);
    const tenants = new Set(events.map(({ tenantId }) => tenantId));
    const heads = await deps.tenantHeads.load(client, tenants, head.chain_hash);
    const sealed: SealedBatch = {
      leafHashes: Buffer.allocUnsafe(events.length * hashBytes),
      chainHash: Buffer.alloc(hashBytes),
    };
    const batch = {
      events,
      firstSeq: head.size,
      chainHash: head.chain_hash,
      tenantHeads: heads,
      sequencedAt,
    };
    const copyEntries = sql(import.meta.url, './sql/copy-entries.sql');
    await copyIn(client, copyEntries, sealBatch(batch, deps.writer, sealed));
    const { tree, runs } = appendLeaves(head, sealed.leafHashes);
    await copyIn(client, sql(import.meta.url, './sql/copy-nodes.sql'), runs.map(nodeRow));
    await client.query(sql(import.meta.url, './sql/move-head.sql'), [
      tree.size,
      sealed.chainHash,
      tree.peaks,
      sequencedAt,
    ]);
    kept = { heads, chainHash: sealed.chainHash };
    return { sequenced: events.length, size: tree.size };
  });
  if (kept !== undefined) deps.tenantHeads.keep(kept.heads, kept.chainHash);
  return outcome;
}

interface Head {
  size: number;
  chain_hash: Buffer;
  peaks: Buffer;
  sequenced_at_ms: number;
}

async function lockHead(client: ClientBase): Promise<Head | undefined> {
  const { rows } = await client.query<Head>(sql(import.meta.url, './sql/lock-head.sql'));
  return rows[0];
}
