import { hmacMemberBytes, leafTail, noPrevious } from '../leaf/leaf-text.ts';
import { createLeafAuthenticator, type ReadLeaf, readLeaf } from '../leaf/read-leaf.ts';
import { hashBytes, hashInto } from '../tree/hashing.ts';
import type { EntryRow } from './entry-rows.ts';

export interface CheckStart {
  /** chain_hash of the entry before the first. */
  chainHash: Buffer;
  /** Tenants' last entries before the first. A tenant that is not there is new, or (`complete` false) believed once. */
  tenants: Map<string, { seq: number; leafHash: string }>;
  complete: boolean;
}

export type CheckEntry = (row: EntryRow, leafHashes: Buffer, at: number) => string | null;

/**
 * Checks entries one after another, each against itself and those before: leaf hash, chain, the facts that columns repeat,
 * the tenant's own chain, and the HMAC where its key is known. The common case is one comparison of the leaf's end with
 * what it must be; only a leaf that differs is read.
 *
 * @returns a function that says what is wrong with an entry, or null, and writes its leaf hash, computed, into `leafHashes`.
 */
export function createEntryCheck(start: CheckStart, hmacKey?: Buffer): CheckEntry {
  const link = Buffer.alloc(2 * hashBytes);
  start.chainHash.copy(link);
  const { tenants } = start;
  const authenticate = hmacKey === undefined ? undefined : createLeafAuthenticator(hmacKey);
  let scratch = Buffer.alloc(8_192);
  let lastMicros = 0n;
  let lastText = '';

  return (row, leafHashes, at) => {
    const { leaf, tenantId, seq, tenantSeq } = row;
    if (leaf.length >= scratch.length) scratch = Buffer.alloc(2 * leaf.length);
    leaf.copy(scratch, 1);
    hashInto(scratch.subarray(0, leaf.length + 1), leafHashes, at);
    if (!sameHash(row.leafHash, leafHashes, at)) return 'leaf_hash is not the hash of the leaf';
    if (row.sequencedAtMicros !== lastMicros) {
      if (row.sequencedAtMicros < lastMicros && lastText !== '')
        return 'sequenced_at is before the entry before';
      lastMicros = row.sequencedAtMicros;
      lastText = isoText(lastMicros);
    }
    const known =
      tenants.get(tenantId) ?? (start.complete ? { seq: -1, leafHash: noPrevious } : believed(leaf));
    const tail = leafTail({ seq, sequencedAt: 0, tenantId, tenantPrev: known.leafHash, tenantSeq }, lastText);
    const tailStart = leaf.length - Buffer.byteLength(tail);
    const agrees = tailStart > 0 && leaf.toString('utf8', tailStart) === tail;
    if (!agrees) return disagreement(row, lastText, known.leafHash);
    if (tenantSeq !== known.seq + 1)
      return `tenant_seq is ${tenantSeq}, after ${known.seq} of the same tenant`;
    if (authenticate !== undefined) {
      const read = readHmac(leaf, tailStart);
      if (!authenticate(leaf, read)) return 'hmac is not the HMAC of the leaf';
    }
    leafHashes.copy(link, hashBytes, at, at + hashBytes);
    hashInto(link, link, 0);
    if (!sameHash(row.chainHash, link, 0)) return 'chain_hash does not continue the chain';
    tenants.set(tenantId, { seq: tenantSeq, leafHash: leafHashes.toString('base64', at, at + hashBytes) });
    return null;
  };
}

function sameHash(stored: Buffer, computed: Buffer, at: number): boolean {
  return stored.length === hashBytes && computed.compare(stored, 0, hashBytes, at, at + hashBytes) === 0;
}

/** The HMAC member ends where the tail begins. */
function readHmac(leaf: Buffer, tailStart: number): Pick<ReadLeaf, 'eventEnd' | 'tailStart' | 'hmac'> {
  const eventEnd = tailStart - hmacMemberBytes;
  return { eventEnd, tailStart, hmac: leaf.toString('latin1', eventEnd + 9, tailStart - 1) };
}

/** Of a tenant that was not seen since the first entry looked at: what its own leaf says. */
function believed(leaf: Buffer): { seq: number; leafHash: string } {
  const read = readLeaf(leaf);
  return read === null
    ? { seq: -1, leafHash: noPrevious }
    : { seq: read.tenantSeq - 1, leafHash: read.tenantPrev };
}

function disagreement(row: EntryRow, sequencedAt: string, tenantPrev: string): string {
  const read = readLeaf(row.leaf);
  if (read === null) return 'the leaf is malformed';
  if (read.seq !== row.seq) return `the leaf says that it is entry ${read.seq}`;
  if (read.tenantId !== row.tenantId) return 'tenant_id is not that of the leaf';
  if (read.tenantSeq !== row.tenantSeq) return 'tenant_seq is not that of the leaf';
  if (read.sequencedAtText !== sequencedAt) return 'sequenced_at is not that of the leaf';
  if (read.tenantPrev !== tenantPrev) return "tenant_prev is not the leaf hash of the tenant's entry before";
  return 'the leaf is malformed';
}

/** Leaves have whole milliseconds; anything finer was not written by a sequencer. */
function isoText(micros: bigint): string {
  if (micros % 1_000n !== 0n) return 'not a whole millisecond';
  const ms = Number(micros / 1_000n) + 946_684_800_000;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : 'beyond all dates';
}
