import type { PackedChunk } from './sample-packer.ts';

/** Signature, no flags, no header extension (PostgreSQL manual, COPY, "Binary Format"). */
export const copyHeader = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
export const copyTrailer = Buffer.from([0xff, 0xff]);

const columnCount = 10;
const int8Oid = 20;
const arrayHeaderBytes = 5 * 4;
/** The length word and the eight bytes of an array element. */
const elementBytes = 12;

/**
 * A row of `shadow.sample_chunks` for binary COPY, up to and including the length of its last column; the batch
 * itself follows as it is, so that its megabyte is not copied once more.
 */
export function chunkRowPrefix(chunk: PackedChunk, datasetId: number, uploadId: number): Buffer {
  const n = chunk.sampleCount;
  const arrayBytes = arrayHeaderBytes + n * elementBytes;
  const row = Buffer.allocUnsafe(2 + 5 * 12 + 2 * 8 + 2 * (4 + arrayBytes) + 4);
  let [minAt, maxAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < n; i++) {
    const at = chunk.at[i]!;
    if (at < minAt) minAt = at;
    if (at > maxAt) maxAt = at;
  }
  let offset = row.writeInt16BE(columnCount, 0);
  for (const id of [datasetId, uploadId, chunk.firstIndex]) offset = putBigint(row, offset, id);
  for (const count of [chunk.sampleCount, chunk.attackCount]) {
    offset = row.writeInt32BE(4, offset);
    offset = row.writeInt32BE(count, offset);
  }
  offset = putBigint(row, offset, minAt);
  offset = putBigint(row, offset, maxAt);
  const view = new DataView(row.buffer, row.byteOffset, row.length);
  offset = putArrayHeader(row, offset, n);
  for (let i = 0; i < n; i++, offset += elementBytes) {
    const at = chunk.at[i]!;
    view.setInt32(offset, 8);
    view.setInt32(offset + 4, Math.floor(at / 2 ** 32));
    view.setInt32(offset + 8, at);
  }
  offset = putArrayHeader(row, offset, n);
  for (let i = 0; i < n; i++, offset += elementBytes) {
    view.setInt32(offset, 8);
    view.setInt32(offset + 4, chunk.contentHash[2 * i]!);
    view.setInt32(offset + 8, chunk.contentHash[2 * i + 1]!);
  }
  row.writeInt32BE(chunk.body.length, offset);
  return row;
}

function putBigint(row: Buffer, offset: number, value: number): number {
  row.writeInt32BE(8, offset);
  return row.writeBigInt64BE(BigInt(value), offset + 4);
}

/** One dimension, no nulls, elements of bigint, lower bound 1. */
function putArrayHeader(row: Buffer, offset: number, n: number): number {
  let at = row.writeInt32BE(arrayHeaderBytes + n * elementBytes, offset);
  for (const word of [1, 0, int8Oid, n, 1]) at = row.writeInt32BE(word, at);
  return at;
}
