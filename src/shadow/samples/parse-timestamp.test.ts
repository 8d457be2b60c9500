import { expect, test } from 'vitest';
import { parseTimestamp } from './parse-timestamp.ts';

test.each([
  ['2026-01-31T12:34:56Z', Date.UTC(2026, 0, 31, 12, 34, 56)],
  ['2026-01-31 12:34:56', Date.UTC(2026, 0, 31, 12, 34, 56)],
  ['2026-01-31t12:34:56.5z', Date.UTC(2026, 0, 31, 12, 34, 56, 500)],
  ['2026-01-31T12:34:56.123999+02:30', Date.UTC(2026, 0, 31, 10, 4, 56, 123)],
  ['2026-01-31T23:00:00-05:00', Date.UTC(2026, 1, 1, 4)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ['0001-01-01T00:00:00Z', -62135596800000],
  [1_700_000_000_123, 1_700_000_000_123],
  [-1, -1],
])('%s is understood', (given, expected) => {
  expect(parseTimestamp(given)).toBe(expected);
});

test.each([
  ['2026-02-29T00:00:00Z'],
  ['2026-13-01T00:00:00Z'],
  ['2026-01-01T24:00:00Z'],
  ['2026-01-01T00:00:61Z'],
  ['2026-01-01'],
  ['yesterday'],
  [''],
  ['1700000000000'],
  [1.5],
  [1e19],
  [true],
  [{}],
])('%s is refused, saying what was expected', (given) => {
  expect(() => parseTimestamp(given)).toThrow(/^timestamp is .*, expected RFC 3339/);
});
