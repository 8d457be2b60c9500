import { expect, test } from 'vitest';
import { type CopyField, CopyRowParser } from './copy-row-parser.ts';

const header = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');

function encodeRow(fields: (string | null)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  const parts = fields.map((field) => {
    const bytes = Buffer.from(field ?? '');
    const length = Buffer.alloc(4);
    length.writeInt32BE(field === null ? -1 : bytes.length);
    return Buffer.concat([length, bytes]);
  });
  return Buffer.concat([count, ...parts]);
}

const stream = Buffer.concat([
  header,
  encodeRow(['a', null, '']),
  encodeRow(['x'.repeat(300), 'é']),
  encodeRow([null]),
  Buffer.from('ffff', 'hex'),
]);
const expected = [['a', null, ''], ['x'.repeat(300), 'é'], [null]];

const texts = (rows: CopyField[][]) => rows.map((row) => row.map((field) => field?.toString() ?? null));

test('rows are the same however the stream is cut', () => {
  for (let cut = 0; cut <= stream.length; cut++) {
    const parser = new CopyRowParser();
    const rows = [
      ...texts(parser.push(stream.subarray(0, cut))),
      ...texts(parser.push(stream.subarray(cut))),
    ];
    expect(rows, `cut at ${cut}`).toEqual(expected);
  }
});

test('rows are the same a byte at a time', () => {
  const parser = new CopyRowParser();
  const rows = Array.from(stream, (byte) => texts(parser.push(Buffer.from([byte])))).flat();
  expect(rows).toEqual(expected);
});

test('a long field owns its memory, so that it can be transferred', () => {
  const long = Buffer.concat([header, encodeRow(['x'.repeat(3_000)])]);
  for (const cut of [long.length, 60]) {
    const parser = new CopyRowParser();
    const rows = [...parser.push(long.subarray(0, cut)), ...parser.push(long.subarray(cut))];
    expect(rows[0]![0]!.buffer.byteLength).toBe(3_000);
  }
});

test('nothing of a piece is held on to, so that its memory can be used again', () => {
  for (let cut = 0; cut <= stream.length; cut++) {
    const parser = new CopyRowParser();
    const rows = [stream.subarray(0, cut), stream.subarray(cut)].flatMap((piece) => {
      const memory = Buffer.from(piece);
      const completed = parser.push(memory);
      memory.fill(0xff);
      return completed;
    });
    expect(texts(rows), `cut at ${cut}`).toEqual(expected);
  }
});

test('what is no binary COPY stream is refused', () => {
  expect(() => new CopyRowParser().push(Buffer.alloc(64))).toThrow('not a binary COPY stream');
});
