import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type KeyRow, keyRow } from './key-row.ts';

const digest = (key: string) => createHash('sha256').update(key).digest();

function written(row: KeyRow): Buffer {
  const bytes = Buffer.alloc(3 + keyRow.bytes);
  keyRow.write(bytes, 3, row);
  return bytes;
}

/** The sort key alone, as PostgreSQL compares it. */
const sortKeyOf = (row: KeyRow) => {
  const bytes = written(row);
  return bytes.subarray(3 + 6, 3 + 6 + bytes.readInt32BE(3 + 2));
};

const base: KeyRow = { leaf: 0, keyDigest: digest('a'), at: 0, ordinal: 0, chunk: 0, position: 0 };

test('what is written is read, to the millisecond at either end of time', () => {
  for (const at of [-8.64e15, -1, 0, 1, 1_767_225_600_001, 8.64e15]) {
    const row = written({
      ...base,
      leaf: 63,
      at,
      ordinal: 2 ** 40 + 1,
      chunk: 70_000,
      position: 4095,
    });
    expect([keyRow.leaf(row, 3), keyRow.at(row, 3), keyRow.chunk(row, 3), keyRow.position(row, 3)]).toEqual([
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
  const keys = [...inOrder, { ...base, leaf: 1, at: -9 }].map((row) => sortKeyOf(row));
  expect([...keys].sort(Buffer.compare)).toEqual(keys);
});

test('a bucket is one leaf and one key', () => {
  const same = (other: KeyRow) => keyRow.sameBucket(written(base), 3, written(other), 3);
  expect(same({ ...base, at: 9, ordinal: 3, chunk: 7 })).toBe(true);
  expect(same({ ...base, leaf: 1 })).toBe(false);
  expect(same({ ...base, keyDigest: digest('b') })).toBe(false);
});
