import { setImmediate as nextTurn } from 'node:timers/promises';
import { copyHeader, copyTrailer } from '../../platform/database/copy-in.ts';
import type { LeafWriter } from '../leaf/leaf-writer.ts';
import { hashBytes, hashInto } from '../tree/hashing.ts';
import { writeEntryRow } from './entry-row.ts';
import type { EventBlock } from './event-block.ts';
import type { TenantHeads } from './tenant-heads.ts';

export interface BatchToSeal {
  events: EventBlock;
  /** Of the first entry. */
  firstSeq: number;
  /** Of the entry before the first. */
  chainHash: Buffer;
  /** Changed as entries are made. */
  tenantHeads: TenantHeads;
  /** Milliseconds since the epoch, of all of them. */
  sequencedAt: number;
}

export interface SealedBatch {
  /** For `copy-entries.sql`: all of what is copied. */
  entries: Buffer;
  /** 32 bytes each. */
  leafHashes: Buffer;
  /** Of the last entry. */
  chainHash: Buffer;
}

/** As many rows as are made before the event loop has its turn, 1 ms: the batch before is being sent meanwhile. */
const rowsAtOnce = 100;

/** Turns events into rows of the log: numbers them, links each to the tenant's entry before, signs and hashes. */
export async function sealBatch(batch: BatchToSeal, writer: LeafWriter): Promise<SealedBatch> {
  const { firstSeq, tenantHeads, sequencedAt } = batch;
  const { tenantIds, bytes, starts, ends } = batch.events;
  const sequencedAtText = new Date(sequencedAt).toISOString();
  const leafHashes = Buffer.allocUnsafe(tenantIds.length * hashBytes);
  const link = Buffer.alloc(2 * hashBytes);
  batch.chainHash.copy(link);
  const entries = Buffer.allocUnsafe(bytesOf(batch.events));
  let end = copyHeader.copy(entries);
  for (const [i, tenantId] of tenantIds.entries()) {
    if (i % rowsAtOnce === rowsAtOnce - 1) await nextTurn();
    const head = tenantHeads.get(tenantId)!;
    const facts = {
      seq: firstSeq + i,
      sequencedAt,
      tenantId,
      tenantPrev: head.leafHash,
      tenantSeq: head.seq + 1,
    };
    const leafWithPrefix = writer.write(bytes, starts[i]!, ends[i]!, facts, sequencedAtText);
    const at = i * hashBytes;
    hashInto(leafWithPrefix, leafHashes, at);
    leafHashes.copy(link, hashBytes, at, at + hashBytes);
    hashInto(link, link, 0);
    head.seq++;
    head.leafHash = leafHashes.toString('base64', at, at + hashBytes);
    end = writeEntryRow(entries, end, facts, link, leafWithPrefix.subarray(1));
  }
  end += copyTrailer.copy(entries, end);
  return {
    entries: entries.subarray(0, end),
    leafHashes,
    chainHash: Buffer.from(link.subarray(0, hashBytes)),
  };
}

/** Field lengths and fixed fields (154) and the leaf around the event (below 300), besides event and tenant's name. */
const rowOverheadBytes = 154 + 300;

/** At least as many bytes as the rows take; a character of a name is at most six bytes in JSON and three in its column. */
function bytesOf({ tenantIds, bytes }: EventBlock): number {
  const names = tenantIds.reduce((sum, tenantId) => sum + tenantId.length, 0);
  return (
    copyHeader.length + bytes.length + rowOverheadBytes * tenantIds.length + 9 * names + copyTrailer.length
  );
}
