import { expect, test } from 'vitest';
import { decodeVersions, encodeVersions } from './message.ts';

test('what is encoded is decoded, in messages that NOTIFY can carry', () => {
  const versions = new Map(
    Array.from({ length: 1_000 }, (_, i) => [`tenant:${i}@example.org`, i * 1_000_003]),
  );
  const messages = encodeVersions(versions);
  expect(messages.length).toBeGreaterThan(1);
  for (const message of messages) expect(Buffer.byteLength(message)).toBeLessThan(8_000);
  const decoded = messages.flatMap((message) => [...decodeVersions(message)]);
  expect(new Map(decoded)).toEqual(versions);
  expect(encodeVersions(new Map())).toEqual([]);
});

test('the highest version of a tenant counts; what is not understood is skipped', () => {
  expect(decodeVersions('a 3\na 2\n\nb\nc x\n 5\na 7 later\n')).toEqual(new Map([['a', 7]]));
});
