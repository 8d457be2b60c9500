import { maxSamplesPerBatch } from '../../batch/layout.ts';

/**
 * How a request travels through PostgreSQL's sort: one binary COPY row of (sort_key bytea, place int8).
 *
 * ```
 * sort_key  1 byte leaf, 16 bytes of the key's SHA-256, 8 bytes time, 8 bytes ordinal
 * place     chunk × 16,384 + position in the chunk
 * ```
 *
 * Bytes compare as the parts do, in that order: one comparison of 33 bytes instead of four of columns, and rows
 * of one length, which are read back without an object for each. Numbers are big-endian; times are shifted so that those before
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

/** Where in a row the sort key and the place begin: after the field count, and after the lengths. */
const keyOffset = 2 + 4;
const placeOffset = keyOffset + sortKeyBytes + 4;

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

  leaf: (rows: Buffer, start: number): number => rows[start + keyOffset]!,

  /** Whether two requests belong to the same bucket: the same leaf and the same key. */
  sameBucket: (a: Buffer, startA: number, b: Buffer, startB: number): boolean => {
    const from = startA + keyOffset;
    const end = from + 1 + digestBytes;
    return a.compare(b, startB + keyOffset, startB + keyOffset + 1 + digestBytes, from, end) === 0;
  },

  /** Milliseconds since the epoch. */
  at: (rows: Buffer, start: number): number =>
    readInteger(rows, start + keyOffset + 1 + digestBytes, timeShift),

  chunk: (rows: Buffer, start: number): number =>
    Math.floor(readInteger(rows, start + placeOffset, 0) / positionsPerChunk),

  position: (rows: Buffer, start: number): number =>
    rows.readUInt32BE(start + placeOffset + 4) % positionsPerChunk,
};

function writeInteger(bytes: Buffer, value: number, shift: number, at: number): number {
  const high = Math.floor(value / 2 ** 32);
  return bytes.writeUInt32BE(value - high * 2 ** 32, bytes.writeUInt32BE(high + shift, at));
}

function readInteger(bytes: Buffer, at: number, shift: number): number {
  return (bytes.readUInt32BE(at) - shift) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
