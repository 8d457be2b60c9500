import { writeArrayHead, writeInt64, writeTimestamp, writeUuid } from './copy-writer.ts';

const oid = { bool: 16, bytea: 17, int8: 20, text: 25, timestamptz: 1184, uuid: 2950 } as const;
const headBytes = 20;

/**
 * Arrays in PostgreSQL's binary form, for `unnest($1::bigint[])`. The driver would write each as text, with quotes and
 * escapes: for a batch of a thousand rows that took longer than the statement.
 */
export function int8Array(values: readonly number[]): Buffer {
  return fixed(oid.int8, 8, values, writeInt64);
}

/** @param values milliseconds since 1970; ±Infinity are PostgreSQL's infinities. */
export function timestampArray(values: readonly number[]): Buffer {
  return fixed(oid.timestamptz, 8, values, writeTimestamp);
}

export function uuidArray(values: readonly string[]): Buffer {
  return fixed(oid.uuid, 16, values, writeUuid);
}

export function boolArray(values: readonly boolean[]): Buffer {
  return fixed(oid.bool, 1, values, (into, value, at) => into.writeUInt8(value ? 1 : 0, at));
}

export function textArray(values: readonly string[]): Buffer {
  let size = headBytes;
  for (const value of values) size += 4 + value.length * 3;
  const into = Buffer.allocUnsafe(size);
  let at = writeArrayHead(into, oid.text, values.length, 0);
  for (const value of values) {
    const length = into.write(value, at + 4, 'utf8');
    into.writeInt32BE(length, at);
    at += 4 + length;
  }
  return into.subarray(0, at);
}

export function byteaArray(values: readonly Uint8Array[]): Buffer {
  let size = headBytes;
  for (const value of values) size += 4 + value.length;
  const into = Buffer.allocUnsafe(size);
  let at = writeArrayHead(into, oid.bytea, values.length, 0);
  for (const value of values) {
    at = into.writeInt32BE(value.length, at);
    into.set(value, at);
    at += value.length;
  }
  return into.subarray(0, at);
}

function fixed<T>(
  elementOid: number,
  elementBytes: number,
  values: readonly T[],
  write: (into: Buffer, value: T, at: number) => number,
): Buffer {
  const into = Buffer.allocUnsafe(headBytes + values.length * (4 + elementBytes));
  let at = writeArrayHead(into, elementOid, values.length, 0);
  for (const value of values) {
    at = into.writeInt32BE(elementBytes, at);
    at = write(into, value, at);
  }
  return into.subarray(0, at);
}
