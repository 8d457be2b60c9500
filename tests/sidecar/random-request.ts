export type Random = () => number;

const tenant = 't';
const bodies = [
  `{"tenant_id":"${tenant}","amount":1}`,
  `{"tenant_id":"${tenant}","amount":2}`,
  `{"tenant_id":"${tenant}","amount":1,"request_id":"é–𝄞"}`,
  `{"tenant_id":"té","amount":1}`,
  `{"tenant_id":"${tenant}","amount":0}`,
  `{"tenant_id":"${tenant}","amount":1e9}`,
  '[]',
  '{',
  '',
];
const targets = [
  '/consume',
  '/consume',
  '/authz',
  '/authz/',
  '/authz/a/b?x=1&deny=403',
  '/authz?deny=403',
  '/healthz',
];
const oddTargets = [
  '/consume?',
  '/consume/',
  '//consume',
  'http://h/consume',
  '/consume#f',
  '*',
  '',
  '/authz/é',
  '/authz/"',
  '/a z',
];

/**
 * The bytes that a client might send on one connection, in the pieces in which it sends them: good requests, and such as differ
 * from one in a few places where parsers have been known to disagree.
 */
export function randomPieces(random: Random): Buffer[] {
  const count = 1 + Math.floor(random() * 3);
  if (random() < 0.15) {
    // Pipelined, all good and to one path: node:http itself decides those without a body before those with one that came
    // earlier, and what it still says before it closes at a bad one is by chance.
    const target = pick(targets, random);
    return [Buffer.concat(Array.from({ length: count }, () => randomRequest(random, target, 0)))];
  }
  const requests = Array.from({ length: count }, () =>
    randomRequest(random, pick(targets, random), random() < 0.6 ? 0 : random() < 0.6 ? 0.12 : 0.4),
  );
  return requests.flatMap((request) => (random() < 0.15 ? cut(request, random) : [request]));
}

function cut(request: Buffer, random: Random): Buffer[] {
  const at = Math.floor(random() * request.length);
  return [request.subarray(0, at), request.subarray(at)].filter(({ length }) => length > 0);
}

function randomRequest(random: Random, usualTarget: string, oddly: number): Buffer {
  const odd = <T>(usual: T, others: readonly T[]): T => (random() < oddly ? pick(others, random) : usual);
  const target = odd(usualTarget, oddTargets);
  const usualMethod = usualTarget === '/consume' ? 'POST' : 'GET';
  const method = odd(usualMethod, [
    'POST',
    'GET',
    'HEAD',
    'PUT',
    'post',
    'P',
    'OPTIONS',
    ' POST',
    '\r\nPOST',
  ]);
  const isChunked = random() < oddly / 4;
  const text = usualTarget === '/consume' ? pick(bodies, random) : odd('', ['x', bodies[0]!]);
  const bytes = odd(Buffer.from(text), [Buffer.from([0x22, 0xff, 0xfe, 0x22]), Buffer.from(`${text}\r\n`)]);
  const fields = [
    ...odd(
      ['Host: pod'],
      [[], ['Host: a', 'Host: b'], ['host:pod'], ['Host:'], ['Host : pod'], [' Host: pod']],
    ),
    ...odd(random() < 0.5 ? ['Connection: keep-alive'] : [], connections),
    ...(isChunked ? pick(encodings, random) : lengthFields(bytes.length, usualMethod, odd)),
    ...odd(usualTarget.startsWith('/authz') ? [`X-Tenant-ID: ${tenant}`] : [], tenantFields),
    ...odd(random() < 0.5 ? [] : ['x-credit-cost: 2'], costFields),
    ...odd(['User-Agent: test'], oddFields),
  ];
  if (random() < 0.3) fields.sort(() => random() - 0.5);
  const version = odd('HTTP/1.1', [
    'HTTP/1.0',
    'HTTP/2.0',
    'http/1.1',
    'HTTP/1.1 ',
    'HTTP/1.10',
    'HTTP/ 1.1',
    '',
  ]);
  const line = odd('\r\n', ['\n', '\r', '\r\n ', '\r\r\n']);
  const head = `${method} ${target} ${version}\r\n${fields.map((field) => field + line).join('')}\r\n`;
  return Buffer.concat([
    Buffer.from(head, random() < 0.5 ? 'latin1' : 'utf8'),
    isChunked ? chunked(bytes) : bytes,
  ]);
}

function lengthFields(
  length: number,
  method: string,
  odd: <T>(usual: T, others: readonly T[]) => T,
): string[] {
  const usual = length === 0 && method === 'GET' ? [] : [`Content-Length: ${length}`];
  return odd(usual, [
    [],
    [`content-length:${length}`],
    [`Content-Length:  \t${length} `],
    [`Content-Length: ${length}`, `Content-Length: ${length}`],
    [`Content-Length: ${length}, ${length}`],
    [`Content-Length: 000${length}`],
    [`Content-Length: +${length}`],
    [`Content-Length: ${length + 1}`],
    [`Content-Length: ${Math.max(0, length - 1)}`],
    ['Content-Length: -1'],
    ['Content-Length: 1e1'],
    ['Content-Length: 99999999999999999999'],
    ['Content-Length:'],
    [`Content-Length: ${length}`, 'Transfer-Encoding: chunked'],
    [`Content_Length: ${length}`],
  ]);
}

const connections = [
  ['Connection: close'],
  ['Connection: Keep-Alive'],
  ['Connection: keep-alive, x'],
  ['Connection: '],
  ['Connection: upgrade', 'Upgrade: websocket'],
  ['Connection: keep-alive', 'Connection: close'],
  ['Keep-Alive: timeout=1', 'Proxy-Connection: close'],
];
const encodings = [
  ['Transfer-Encoding: chunked'],
  ['transfer-encoding:CHUNKED'],
  ['Transfer-Encoding: gzip, chunked'],
  ['Transfer-Encoding: identity'],
  ['Transfer-Encoding : chunked'],
];
const tenantFields = [
  [`X-Tenant-ID: ${tenant}`, `x-tenant-id: ${tenant}`],
  [`x-tenant-id:${tenant}`],
  [`X-Tenant-ID: ${tenant} `],
  [`X-Tenant-ID: ${tenant}\t`],
  ['X-Tenant-ID:'],
  ['X-Tenant-ID: é'],
  ['X_Tenant_ID: other'],
  ['X-Tenant-ID: a\u00a0'],
];
const costFields = [
  ['X-Credit-Cost: 0'],
  ['X-Credit-Cost: 3', 'X-Credit-Cost: 3'],
  ['X-Credit-Cost: 3 '],
  ['X-Credit-Cost: -1'],
  ['X-Credit-Cost: 1.0'],
  ['X-Credit-Cost:'],
  ['X-Credit-Cost:4'],
  [...Array.from({ length: 1_200 }, () => 'a:'), 'X-Credit-Cost: 3'],
];
const oddFields = [
  ['Expect: 100-continue'],
  ['Expect: x'],
  ['Upgrade: h2c'],
  ['TE: trailers', 'Trailer: x'],
  ['X-Control: a\u0001b'],
  ['X-Nul: a\u0000b'],
  ['X-High: ÿ'],
  ['X Space: a'],
  [': nameless'],
  ['no colon'],
  ['X-Folded: a\r\n b'],
  ['X-Cr: a\rb'],
  ['X-Lf: a\nb: c'],
  ['(paren): a'],
  [`X-Long: ${'x'.repeat(17_000)}`],
  [`Cookie: ${'x'.repeat(3_000)}`],
  Array.from({ length: 60 }, (_, n) => `X-Many-${n}: ${n}`),
];

function chunked(bytes: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)]!;
}
