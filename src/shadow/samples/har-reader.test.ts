import { expect, test } from 'vitest';
import { HarReader } from './har-reader.ts';
import { RecordingSink } from './recording-sink.ts';

const entry = (request: object, more: object = {}) => ({
  startedDateTime: '2026-01-01T00:00:00.000Z',
  serverIPAddress: '192.0.2.1',
  request,
  response: { status: 200, content: { text: '} ] " \\ {"entries":[1]}' } },
  timings: { wait: 1 },
  ...more,
});
const har = (entries: unknown[], log: object = {}) =>
  JSON.stringify({
    log: { version: '1.2', creator: { name: 'entries', comment: '{[' }, ...log, entries },
    x: [1],
  });

function readText(text: string, pieceBytes = 1e9) {
  const sink = new RecordingSink();
  const reader = new HarReader(sink);
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += pieceBytes) reader.push(all.subarray(at, at + pieceBytes));
  reader.end();
  return sink;
}

test('entries become lines, however the document is cut and laid out', () => {
  const entries = [
    entry({
      method: 'GET',
      url: 'https://shop.example/../a?q=%27+OR%201%3D1&b=%zz',
      headers: [
        { name: ':authority', value: 'shop.example' },
        { name: ':path', value: '/a' },
        { name: 'Cookie', value: 'a=1' },
        { name: 'cookie', value: 'b=2' },
      ],
    }),
    entry({
      method: 'POST',
      url: 'http://h',
      headers: [],
      postData: { mimeType: 'text/plain', text: '{"a":"]}"}' },
    }),
    entry({ method: 'POST', url: '/x', postData: { params: [{ name: 'a', value: '1' }, { name: 'b' }] } }),
  ];
  const expected = [
    [
      1,
      {
        timestamp: '2026-01-01T00:00:00.000Z',
        method: 'GET',
        uri: '/../a?q=%27+OR%201%3D1&b=%zz',
        headers: Object.assign(Object.create(null), { host: ['shop.example'], cookie: ['a=1', 'b=2'] }),
        payload: "q=' OR 1=1&b=%zz",
      },
    ],
    [2, expect.objectContaining({ uri: '/', payload: '{"a":"]}"}' })],
    [3, expect.objectContaining({ uri: '/x', payload: 'a=1&b=' })],
  ];
  const pretty = JSON.stringify(JSON.parse(har(entries)), null, 2);
  for (const text of [har(entries), pretty, `\ufeff${pretty}\n`]) {
    for (const size of text.startsWith('\ufeff') ? [1000] : [1, 7, 1e9]) {
      const sink = readText(text, size);
      expect(sink.rejected).toEqual([]);
      expect(sink.lines).toEqual(expected);
    }
  }
});

test('a response of many megabytes is passed over, a request of as many is rejected', () => {
  const big = 'x'.repeat(3_000_000);
  const sink = readText(
    har([
      entry({ method: 'GET', url: '/1' }, { response: { content: { text: big } } }),
      entry({ method: 'POST', url: '/2', postData: { text: big } }),
      entry({ method: 'GET', url: '/3' }),
    ]),
    65_536,
  );
  expect(sink.lines.map(([number]) => number)).toEqual([1, 3]);
  expect(sink.rejected).toEqual([[2, expect.stringContaining('1 MiB')]]);
});

test('entries that are no requests are reported by number', () => {
  const sink = readText(
    har([1, null, 'x', {}, entry({ method: 'GET' }), entry({ url: '/', headers: [1] }), entry({ url: '/' })]),
  );
  expect(sink.rejected).toEqual([
    [1, 'the entry is the number 1, expected an object'],
    [2, 'the entry is null, expected an object'],
    [3, 'the entry is the string "x", expected an object'],
    [4, 'request is missing, expected an object'],
    [5, 'request.url is missing, expected a string'],
    [6, 'request.headers holds something other than {name, value} with two strings'],
  ]);
  expect(sink.lines.map(([number]) => number)).toEqual([7]);
});

test('no entries is a document without lines', () => {
  expect(readText(har([])).lines).toEqual([]);
});

test.each([
  [har([entry({ url: '/' }), entry({ url: '/' })]).slice(0, -40), /ends in the middle, after 1 entries/],
  ['{"log":{"version":"1.2"}}', /no list log\.entries/],
  ['{"entries":[]}', /no list log\.entries/],
  ['', /no list log\.entries/],
  ['[{"is_attack":true}]', /the document is an array/],
  ['{"is_attack":true}\n{"is_attack":false}', /not a HAR document.*application\/x-ndjson/],
  ['hello', /not a HAR document/],
])('%j is refused as a whole', (text, message) => {
  expect(() => readText(text)).toThrow(message);
});
