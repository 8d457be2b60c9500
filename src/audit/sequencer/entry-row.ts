import type { LeafFacts } from '../leaf/leaf-text.ts';
import type { NodeRun } from '../tree/append-leaves.ts';
import { hashBytes } from '../tree/hashing.ts';

/** PostgreSQL counts time from 2000-01-01, in microseconds. */
const epochMs = 946_684_800_000;

/**
 * Writes a row for `copy-entries.sql` in COPY's binary form.
 *
 * @param link chain hash of the entry, then its leaf hash.
 * @returns where it ends.
 */
export function writeEntryRow(
  target: Buffer,
  at: number,
  facts: LeafFacts,
  link: Buffer,
  leaf: Buffer,
): number {
  let end = target.writeInt16BE(7, at);
  end = writeBigint(target, end, facts.seq);
  end = writeBigint(target, end, (facts.sequencedAt - epochMs) * 1_000);
  end = writeBigint(target, end, facts.tenantSeq);
  const tenantBytes = target.write(facts.tenantId, end + 4);
  end = target.writeInt32BE(tenantBytes, end) + tenantBytes;
  end = target.writeInt32BE(hashBytes, end);
  end += link.copy(target, end, hashBytes, 2 * hashBytes);
  end = target.writeInt32BE(hashBytes, end);
  end += link.copy(target, end, 0, hashBytes);
  end = target.writeInt32BE(leaf.length, end);
  return end + leaf.copy(target, end);
}

/** A row for `copy-nodes.sql`. */
export function nodeRow({ level, firstIndex, hashes }: NodeRun): Buffer {
  const row = Buffer.allocUnsafe(2 + 6 + 12 + 8 + 4 + hashes.length);
  let end = row.writeInt16BE(4, 0);
  end = row.writeInt32BE(2, end);
  end = row.writeInt16BE(level, end);
  end = writeBigint(row, end, firstIndex);
  end = row.writeInt32BE(4, end);
  end = row.writeInt32BE(hashes.length / hashBytes, end);
  end = row.writeInt32BE(hashes.length, end);
  hashes.copy(row, end);
  return row;
}

/** A bigint field of a non-negative number, without making a BigInt of it. */
function writeBigint(target: Buffer, at: number, value: number): number {
  let end = target.writeInt32BE(8, at);
  end = target.writeUInt32BE(Math.floor(value / 2 ** 32), end);
  return target.writeUInt32BE(value % 2 ** 32, end);
}
