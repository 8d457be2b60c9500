import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvReader } from './csv-reader.ts';
import { RecordingSink } from './recording-sink.ts';

function readText(text: string | Buffer, options: { labelGiven?: boolean; pieceBytes?: number } = {}) {
  const sink = new RecordingSink();
  const reader = new CsvReader(sink, options.labelGiven ?? false);
  const all = Buffer.from(text);
  const size = options.pieceBytes ?? all.length;
  for (let at = 0; at < all.length; at += size) reader.push(all.subarray(at, at + size));
  reader.end();
  return sink;
}

test('the header row names the columns; quotes, commas and newlines inside fields survive', () => {
  const text = '\ufeffid,payload,is_attack\r\n1,"a ""b"", c\nd",true\r\n2,it\'s 5" long,No\r\n';
  for (const pieceBytes of [1, 3, 1000]) {
    const sink = readText(text, { pieceBytes });
    expect(sink.rejected).toEqual([]);
    expect(sink.lines).toEqual([
      [2, { id: '1', payload: 'a "b", c\nd', is_attack: true }],
      [4, { id: '2', payload: 'it\'s 5" long', is_attack: false }],
    ]);
  }
});

test.each([
  ['true', true],
  ['FALSE', false],
  ['1', true],
  ['0', false],
  ['yes', true],
  ['n', false],
])('is_attack may be written %s', (text, expected) => {
  expect(readText(`is_attack\n${text}\n`).lines).toEqual([[2, { is_attack: expected }]]);
});

test('headers and metadata are JSON text, and a header may have a column of its own', () => {
  const sink = readText(
    'headers,header.X-Id,headers.__proto__,metadata,timestamp,is_attack\n"{""Host"":""h"",""__proto__"":""q""}",7,p,"{""a"":1}",1700000000000,0\n',
  );
  const line = sink.lines[0]![1] as { headers: object };
  expect(Object.entries(line.headers)).toEqual([
    ['Host', 'h'],
    ['__proto__', 'p'],
    ['x-id', '7'],
  ]);
  expect(line).toMatchObject({ metadata: { a: 1 }, timestamp: 1_700_000_000_000 });
});

test('an empty field is absent', () => {
  expect(readText('id,payload,is_attack\n,,true\n').lines).toEqual([[2, { is_attack: true }]]);
});

test('bad records are reported by line and the rest is read', () => {
  const sink = readText(
    'id,metadata,is_attack\n1,,true\n2,true\n3,,perhaps\n4,{x,true\n5,"a"b,true\n\n6,[1],true\n7,,false\n',
  );
  expect(sink.lines.map(([number]) => number)).toEqual([2, 9]);
  expect(sink.rejected).toEqual([
    [3, 'found 2 columns, expected 3 as in the header row'],
    [4, 'is_attack is "perhaps", expected true, false, 1, 0, yes or no'],
    [5, expect.stringMatching(/^metadata is not valid JSON/)],
    [6, 'column 2 goes on after its closing quote with "b", expected a comma'],
    [8, 'metadata is "[1]", expected a JSON object'],
  ]);
});

test('a quote that is never closed costs its record, and past the limit reading goes on at the next newline', () => {
  expect(readText('payload,is_attack\n"abc,true\n').rejected).toEqual([
    [2, 'the quoted field in column 1 is not closed'],
  ]);
  const long = `payload,is_attack\n"${'x\n'.repeat(600_000)}y,true\nfine,true\n`;
  const sink = readText(long, { pieceBytes: 65_536 });
  expect(sink.rejected[0]).toEqual([2, expect.stringContaining('1 MiB')]);
  expect(sink.lines.at(-1)).toEqual([600_003, { payload: 'fine', is_attack: true }]);
});

test('invalid UTF-8 costs its own record only', () => {
  const text = Buffer.concat([
    Buffer.from('payload,is_attack\n'),
    Buffer.from([0xff, 0x2c, 0x31, 0x0a]),
    Buffer.from('é,1\n'),
  ]);
  const sink = readText(text);
  expect(sink.rejected).toEqual([[2, 'not valid UTF-8: expected text encoded as UTF-8']]);
  expect(sink.lines).toEqual([[3, { payload: 'é', is_attack: true }]]);
});

test.each([
  ['payload\nx\n', /no column is_attack/],
  ['payload,is_attack,ip\n', /unknown column "ip", expected id, /],
  ['payload,is_attack,payload\n', /column "payload" is named twice/],
  ['"payload,is_attack\n', /column 1 is not closed/],
])('a header row of %j is refused as a whole', (text, message) => {
  expect(() => readText(text)).toThrow(message);
});

test('with a label in the request the column is_attack may be missing', () => {
  expect(readText('payload\nx\n', { labelGiven: true }).lines).toEqual([[2, { payload: 'x' }]]);
});

test('any text survives quoting, wherever the stream is cut', () => {
  const field = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '🦊'),
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(field, field), { maxLength: 10 }),
      fc.integer({ min: 1, max: 30 }),
      (rows, size) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const body = rows.map((row) => `${row.map(quoted).join(',')},1`).join('\r\n');
        const sink = readText(`payload,uri,is_attack\r\n${body}`, { pieceBytes: size });
        expect(sink.rejected).toEqual([]);
        expect(sink.lines.map(([, line]) => line)).toEqual(
          rows.map(([payload, uri]) => ({ payload, uri, is_attack: true })),
        );
      },
    ),
    { numRuns: 300 },
  );
});
