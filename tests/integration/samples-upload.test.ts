import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { rowCounts, samplesApp, storedSamples, type TestKey } from './samples-harness.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.ownerPool.query('TRUNCATE shadow.datasets CASCADE');
});

interface Sent {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shapes of answers are what these tests look at.
  body: any;
}

async function request(
  method: string,
  path: string,
  key: TestKey = {},
  init: RequestInit = {},
): Promise<Sent> {
  const response = await samplesApp(database.appPool, key).request(path, { method, ...init });
  return { status: response.status, body: await response.json() };
}

function upload(body: string | Buffer, query = '', headers: Record<string, string> = {}, key: TestKey = {}) {
  const init = {
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  };
  return request('POST', `/samples${query}`, key, init);
}

const stored = (name = 'default', tenant = '*') => storedSamples(database.appPool, tenant, name);

test('NDJSON goes into the default dataset, shared with every tenant, and an upload appends', async () => {
  const first = await upload(
    '{"id":"a","payload":"x","is_attack":true,"attack_type":"sqli"}\n{"is_attack":false}\n',
  );
  expect(first).toEqual({
    status: 200,
    body: { dataset: 'default', received: 2, stored: 2, rejected: 0, errors: [] },
  });
  await upload('{"id":"b","timestamp":5,"is_attack":false}');
  expect(await stored()).toMatchObject([
    { ordinal: 0, id: 'a', payload: 'x', isAttack: true, attackType: 'sqli', at: 1_700_000_000_000 },
    { ordinal: 1, id: null, isAttack: false, attackType: null },
    { ordinal: 2, id: 'b', at: 5 },
  ]);
});

test.each([
  ['declared', { 'content-encoding': 'gzip' }],
  ['undeclared', {}],
])('gzip, %s, is the same', async (_, headers) => {
  const { body } = await upload(gzipSync('{"id":"z","is_attack":true}\n'), '', headers);
  expect(body).toMatchObject({ stored: 1 });
  expect(await stored()).toMatchObject([{ id: 'z' }]);
});

test('CSV', async () => {
  const csv = 'id,payload,is_attack,header.Host\n1,"a,\nb",yes,h\n2,,maybe,h\n3,c,0,\n';
  const { body } = await upload(csv, '?dataset=csv', { 'content-type': 'text/csv; charset=utf-8' });
  expect(body).toMatchObject({ received: 3, stored: 2, rejected: 1, errors: [{ line: 4 }] });
  expect(await stored('csv')).toMatchObject([
    { id: '1', payload: 'a,\nb', isAttack: true },
    { id: '3', payload: 'c', isAttack: false },
  ]);
});

test.each(['application/har+json', 'application/json'])(
  'HAR as %s takes its label from the request',
  async (type) => {
    const har = JSON.stringify({
      log: {
        entries: [
          { startedDateTime: '2026-01-01T00:00:00Z', request: { method: 'GET', url: 'https://h/a?b=%27' } },
        ],
      },
    });
    const headers = { 'content-type': type };
    expect((await upload(har, '', headers)).body).toMatchObject({
      status: 400,
      detail: expect.stringContaining('label'),
    });
    const { body } = await upload(har, '?label=attack&attack_type=sqli', headers);
    expect(body).toMatchObject({ received: 1, stored: 1 });
    expect(await stored()).toMatchObject([
      { uri: '/a?b=%27', payload: "b='", isAttack: true, attackType: 'sqli', at: Date.UTC(2026, 0, 1) },
    ]);
  },
);

test('each bad line is reported with its number, and the good ones are kept', async () => {
  const lines: (string | Buffer)[] = [
    '{"id":"good","is_attack":true}',
    '{"payload":"x"}',
    '{"is_attack":true,"__proto__":{"a":1}}',
    Buffer.from([0x22, 0xff, 0x22]),
    'not json',
    '',
    '{"is_attack":true,"timestamp":"soon"}',
    `{"is_attack":true,"payload":"${'x'.repeat(20_000_000)}"}`,
    '{"id":"last","is_attack":false}',
  ];
  const { status, body } = await upload(
    Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])),
  );
  expect(status).toBe(200);
  expect(body).toMatchObject({ received: 8, stored: 2, rejected: 6 });
  expect(body.errors).toEqual([
    { line: 2, reason: 'is_attack is missing, expected true or false' },
    { line: 3, reason: expect.stringContaining('unknown field "__proto__"') },
    { line: 4, reason: expect.stringContaining('not valid UTF-8') },
    { line: 5, reason: expect.stringContaining('not valid JSON') },
    { line: 7, reason: expect.stringContaining('timestamp is the string "soon"') },
    { line: 8, reason: expect.stringContaining('1 MiB') },
  ]);
  expect((await stored()).map(({ id }) => id)).toEqual(['good', 'last']);
  expect(({} as { a?: number }).a).toBeUndefined();
});

test('where no line is good there is nothing to store, and no dataset comes to be', async () => {
  const { status, body } = await upload('{}\n', '?dataset=empty');
  expect(status).toBe(200);
  expect(body).toMatchObject({ dataset: 'empty', received: 1, stored: 0, rejected: 1 });
  expect(await rowCounts(database.appPool)).toEqual({ uploads: 0, chunks: 0, visible: 0 });
  expect((await upload('\n\n')).body).toMatchObject({ received: 0, stored: 0, rejected: 0, errors: [] });
});

test('SQL in every string field is text', async () => {
  const evil = "'; DROP TABLE shadow.datasets; --";
  const line = {
    id: evil,
    source_ip: evil,
    method: evil,
    uri: evil,
    headers: { [evil]: evil },
    user_agent: evil,
    payload: evil,
    is_attack: true,
    attack_type: evil,
    metadata: { [evil]: evil },
  };
  expect((await upload(JSON.stringify(line))).body).toMatchObject({ stored: 1 });
  expect(await stored()).toMatchObject([
    { id: evil, source_ip: evil, method: evil, uri: evil, user_agent: evil, payload: evil, attackType: evil },
  ]);
  const named = await upload('{"is_attack":true}', `?dataset=${encodeURIComponent(evil)}`);
  expect(named).toMatchObject({ status: 400, body: { detail: expect.stringContaining('dataset name') } });
  const deleted = await request('DELETE', `/samples/datasets/${encodeURIComponent(evil)}`);
  expect(deleted.status).toBe(404);
});

test.each([
  [
    'truncated gzip',
    gzipSync('{"is_attack":true}\n'.repeat(20_000)).subarray(0, -30),
    { 'content-encoding': 'gzip' },
    400,
  ],
  ['gzip that is none', Buffer.from('{"is_attack":true}'), { 'content-encoding': 'gzip' }, 400],
  ['an unknown encoding', Buffer.from('x'), { 'content-encoding': 'br' }, 415],
  ['an unknown type', Buffer.from('x'), { 'content-type': 'text/plain' }, 415],
  ['CSV without labels', Buffer.from('id\n1\n'), { 'content-type': 'text/csv' }, 400],
])('%s is refused and leaves nothing', async (_, body, headers, status) => {
  const answer = await upload(body, '', headers as Record<string, string>);
  expect(answer.status).toBe(status);
  expect(await rowCounts(database.appPool)).toEqual({ uploads: 0, chunks: 0, visible: 0 });
});

test.each([
  '?dataset=',
  '?dataset=../x',
  `?dataset=${'x'.repeat(129)}`,
  '?tenant_id=4111111111111111',
  '?label=evil',
  '?x=1',
])('the query %s is refused', async (query) => {
  expect((await upload('{"is_attack":true}', query)).status).toBe(400);
});

test('a tenant sees its own datasets and the shared ones, never those of others', async () => {
  const line = '{"is_attack":true}';
  await upload(line, '?dataset=shared');
  await upload(line, '?dataset=own&tenant_id=a');
  await upload(line, '?dataset=own', {}, { tenantId: 'b' });
  await upload(line, '?dataset=shared', {}, { tenantId: 'b' });
  const names = async (key: TestKey, query = '') => {
    const { body } = await request('GET', `/samples/datasets${query}`, key);
    return body.datasets.map(
      (set: { name: string; shared: boolean }) => `${set.name}${set.shared ? '*' : ''}`,
    );
  };
  expect(await names({ tenantId: 'a' })).toEqual(['own', 'shared*']);
  expect(await names({ tenantId: 'b' })).toEqual(['own', 'shared', 'shared*']);
  expect(await names({})).toEqual(['shared*']);
  expect(await names({}, '?tenant_id=a')).toEqual(['own', 'shared*']);

  const other: TestKey = { tenantId: 'a' };
  expect((await upload(line, '?tenant_id=b', {}, other)).status).toBe(404);
  expect((await request('GET', '/samples/datasets?tenant_id=b', other)).status).toBe(404);
  expect((await request('DELETE', '/samples/datasets/own?tenant_id=b', other)).status).toBe(404);
  expect((await request('DELETE', '/samples/datasets/shared', other)).status).toBe(404);
  expect((await request('DELETE', '/samples/datasets/own', other)).body).toEqual({
    dataset: 'own',
    deleted: true,
    samples: 1,
  });
  expect(await names({ tenantId: 'b' })).toEqual(['own', 'shared', 'shared*']);
  expect((await request('DELETE', '/samples/datasets/shared')).status).toBe(200);
  expect(await names({ tenantId: 'b' })).toEqual(['own', 'shared']);
});

test('a dataset is listed with its sizes and label counts', async () => {
  await upload('{"is_attack":true}\n{"is_attack":false}\n{"is_attack":true}\n');
  await upload('{"is_attack":false}\n');
  const { body } = await request('GET', '/samples/datasets');
  expect(body.datasets).toEqual([
    {
      name: 'default',
      shared: true,
      version: 2,
      samples: 4,
      attacks: 2,
      benign: 2,
      size_bytes: expect.any(Number),
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    },
  ]);
  expect(body.datasets[0].size_bytes).toBeGreaterThan(100);
});

test('a key without the scope is refused before a byte is read', async () => {
  const key: TestKey = { scopes: ['shadow:read'] };
  expect((await upload('{"is_attack":true}', '', {}, key)).status).toBe(403);
  expect((await request('DELETE', '/samples/datasets/default', key)).status).toBe(403);
  expect((await request('GET', '/samples/datasets', { scopes: ['credits:read'] })).status).toBe(403);
});
