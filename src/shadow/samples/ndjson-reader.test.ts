import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NdjsonReader } from './ndjson-reader.ts';
import { RecordingSink } from './recording-sink.ts';
import { maxLineBytes } from './sample-reader.ts';

function readAll(pieces: readonly Buffer[]): RecordingSink {
  const sink = new RecordingSink();
  const reader = new NdjsonReader(sink);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return sink;
}

const readText = (text: string) => readAll([Buffer.from(text)]);

test('blank lines, CRLF, a byte order mark and a missing last newline are all fine', () => {
  const sink = readText('\ufeff{"a":1}\r\n\n  \t\r\n{"a":2}\n\n{"a":3}');
  expect(sink.lines).toEqual([
    [1, { a: 1 }],
    [4, { a: 2 }],
    [6, { a: 3 }],
  ]);
  expect(sink.rejected).toEqual([]);
});

test('a line that is not JSON is reported and the next is read', () => {
  const sink = readText('{"a":1}\nhello\n{"a":\n{"a":2}\n');
  expect(sink.lines.map(([number]) => number)).toEqual([1, 4]);
  expect(sink.rejected.map(([number]) => number)).toEqual([2, 3]);
  expect(sink.rejected[0]![1]).toMatch(/^not valid JSON: Unexpected token/);
});

test('invalid UTF-8 costs its own line only', () => {
  const bad = Buffer.concat([Buffer.from('{"p":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n')]);
  const sink = readAll([Buffer.concat([Buffer.from('{"p":"é"}\n'), bad, Buffer.from('{"p":"ü"}\n')])]);
  expect(sink.lines).toEqual([
    [1, { p: 'é' }],
    [3, { p: 'ü' }],
  ]);
  expect(sink.rejected).toEqual([[2, 'not valid UTF-8: expected text encoded as UTF-8']]);
});

test.each([
  ['in one piece', 1e9],
  ['in pieces', 65_536],
])('a 20 MB line %s is rejected without being held, and the next is read', (_, size) => {
  const all = Buffer.concat([
    Buffer.from('{"a":1}\n{"p":"'),
    Buffer.alloc(20e6, 'x'),
    Buffer.from('"}\n{"a":2}\n'),
  ]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < all.length; at += size) pieces.push(all.subarray(at, at + size));
  const sink = readAll(pieces);
  expect(sink.lines.map(([number]) => number)).toEqual([1, 3]);
  expect(sink.rejected).toEqual([[2, expect.stringContaining('1 MiB')]]);
});

test('the limit of a line counts bytes, and is itself allowed', () => {
  const line = (bytes: number) => `"${'é'.repeat((bytes - 2) / 2)}"\n`;
  expect(readText(line(maxLineBytes)).lines).toHaveLength(1);
  expect(readText(line(maxLineBytes + 2)).rejected).toHaveLength(1);
});

test('where the stream is cut into pieces makes no difference', () => {
  const anyLine = fc.oneof(
    fc.json({ maxDepth: 1 }).map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text.replaceAll('\n', ' '))),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10))),
  );
  fc.assert(
    fc.property(
      fc.array(anyLine, { maxLength: 12 }),
      fc.array(fc.nat(40), { maxLength: 20 }),
      (lines, sizes) => {
        const all = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
        const pieces: Buffer[] = [];
        let at = 0;
        for (const size of sizes) {
          pieces.push(all.subarray(at, at + size));
          at += size;
        }
        pieces.push(all.subarray(at));
        expect(readAll(pieces)).toEqual(readAll([all]));
      },
    ),
    { numRuns: 300 },
  );
});
