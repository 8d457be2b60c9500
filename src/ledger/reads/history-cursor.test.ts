import { expect, test } from 'vitest';
import { decodeHistoryCursor, encodeHistoryCursor } from './history-cursor.ts';

test('a cursor is a place and back', () => {
  for (const place of [
    { recordedAtMs: 0, number: 1 },
    { recordedAtMs: Date.UTC(2026, 5, 1), number: 2 ** 44 },
  ]) {
    expect(decodeHistoryCursor(encodeHistoryCursor(place))).toEqual(place);
  }
});

test.each([
  '',
  'abc',
  '!',
  encodeHistoryCursor({ recordedAtMs: 9e15, number: 1 }),
  `${encodeHistoryCursor({ recordedAtMs: 1, number: 1 })}=`,
])('"%s" is none', (text) => {
  expect(decodeHistoryCursor(text)).toBeNull();
});
