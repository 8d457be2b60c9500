import { maxSamplesPerBatch } from '../../batch/layout.ts';

/**
 * How a request travels through PostgreSQL's sort: one binary COPY row of (sort_key bytea, place int8).
 *
 * ```
 * sort_key  1 byte leaf, 16 bytes of the key's SHA-256, 8 bytes time, 8 bytes ordinal
 * place     chunk × 16,384 + position in the chunk
 * ```
 *
 * Bytes compare as the parts do, in that order: one comparison of 33 bytes instead of four of columns, and two fields
 * to read back instead of five, which halved the pass. Numbers are big-endian; times are shifted so that those before
 * 1970 sort first.
 */
export interface KeyRow {
  leaf: number;
  keyDigest: Buffer;
  /** Milliseconds since the epoch. */
  at: number;
  ordinal: number;
  chunk: number;
  position: number;
}

const digestBytes = 16;
const sortKeyBytes = 1 + digestBytes + 8 + 8;
/** Added to the upper half of a time, which may be negative; the whole would lose its last bit in a double. */
const timeShift = 2 ** 31;
const positionsPerChunk = maxSamplesPerBatch;

export const keyRow = {
  /** Field count, two lengths, the sort key and the place. */
  bytes: 2 + 4 + sortKeyBytes + 4 + 8,

  write(rows: Buffer, start: number, row: KeyRow): void {
    let at = rows.writeInt16BE(2, start);
    at = rows.writeInt32BE(sortKeyBytes, at);
    at = rows.writeUInt8(row.leaf, at);
    at += row.keyDigest.copy(rows, at, 0, digestBytes);
    at = writeInteger(rows, row.at, timeShift, at);
    at = writeInteger(rows, row.ordinal, 0, at);
    at = rows.writeInt32BE(8, at);
    writeInteger(rows, row.chunk * positionsPerChunk + row.position, 0, at);
  },

  leaf: (sortKey: Buffer): number => sortKey[0]!,

  /** Whether two requests belong to the same bucket: the same leaf and the same key. */
  sameBucket: (a: Buffer, b: Buffer): boolean => a.compare(b, 0, 1 + digestBytes, 0, 1 + digestBytes) === 0,

  /** Milliseconds since the epoch. */
  at: (sortKey: Buffer): number => readInteger(sortKey, 1 + digestBytes, timeShift),

  chunk: (place: Buffer): number => Math.floor(readInteger(place, 0, 0) / positionsPerChunk),

  position: (place: Buffer): number => place.readUInt32BE(4) % positionsPerChunk,
};

/** Arithmetic on doubles: a BigInt for each of three fields of each row was the larger part of the loop's time. */
function writeInteger(bytes: Buffer, value: number, shift: number, at: number): number {
  const high = Math.floor(value / 2 ** 32);
  return bytes.writeUInt32BE(value - high * 2 ** 32, bytes.writeUInt32BE(high + shift, at));
}

function readInteger(bytes: Buffer, at: number, shift: number): number {
  return (bytes.readUInt32BE(at) - shift) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
