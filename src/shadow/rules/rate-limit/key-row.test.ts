import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type KeyRow, keyRow } from './key-row.ts';

const digest = (key: string) => createHash('sha256').update(key).digest();

function fields(row: KeyRow): { sortKey: Buffer; place: Buffer } {
  const bytes = Buffer.alloc(keyRow.bytes);
  keyRow.write(bytes, 0, row);
  const length = bytes.readInt32BE(2);
  return { sortKey: bytes.subarray(6, 6 + length), place: bytes.subarray(6 + length + 4) };
}

const base: KeyRow = { leaf: 0, keyDigest: digest('a'), at: 0, ordinal: 0, chunk: 0, position: 0 };

test('what is written is read, to the millisecond at either end of time', () => {
  for (const at of [-8.64e15, -1, 0, 1, 1_767_225_600_001, 8.64e15]) {
    const { sortKey, place } = fields({
      ...base,
      leaf: 63,
      at,
      ordinal: 2 ** 40 + 1,
      chunk: 70_000,
      position: 4095,
    });
    expect([keyRow.leaf(sortKey), keyRow.at(sortKey), keyRow.chunk(place), keyRow.position(place)]).toEqual([
      63,
      at,
      70_000,
      4095,
    ]);
  }
});

test('bytes sort by leaf, key, time and ordinal', () => {
  const inOrder = [-5, -1, 0, 7, 2 ** 33].flatMap((at) =>
    [0, 1, 2 ** 33].map((ordinal) => ({ ...base, at, ordinal })),
  );
  const keys = [...inOrder, { ...base, leaf: 1, at: -9 }].map((row) => fields(row).sortKey);
  expect([...keys].sort(Buffer.compare)).toEqual(keys);
});

test('a bucket is one leaf and one key', () => {
  const { sortKey } = fields(base);
  expect(keyRow.sameBucket(sortKey, fields({ ...base, at: 9, ordinal: 3 }).sortKey)).toBe(true);
  expect(keyRow.sameBucket(sortKey, fields({ ...base, leaf: 1 }).sortKey)).toBe(false);
  expect(keyRow.sameBucket(sortKey, fields({ ...base, keyDigest: digest('b') }).sortKey)).toBe(false);
});
