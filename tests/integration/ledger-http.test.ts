import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  api.send('POST', `/credits/${path}`, { key: testAdminKey, body, headers });

test('credits go in, out, are held and given back over HTTP', async () => {
  const topup = await post('topup', {
    tenant_id: 'acme',
    amount: 1_000,
    payment_method: 'card',
    payment_token: 'tok_4111111111111111',
  });
  expect(topup).toMatchObject({ status: 200, body: { success: true, balance: 1_000 } });
  expect(topup.text).not.toContain('4111');
  const spent = await post('consume', {
    tenant_id: 'acme',
    amount: 100,
    description: 'paid with 4111 1111 1111 1111',
  });
  expect(spent.body).toEqual({
    success: true,
    transaction_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    balance: 900,
    message: 'Successfully consumed 100 credits',
  });
  const held = await post('reserve', { tenant_id: 'acme', amount: 50 });
  expect(held.body).toMatchObject({ balance: 900, available: 850 });
  const committed = await post('commit', {
    tenant_id: 'acme',
    reservation_id: held.body.reservation_id,
    amount: 20,
  });
  expect(committed.body).toMatchObject({ balance: 880, available: 880 });
  const refunded = await post('refund', { tenant_id: 'acme', transaction_id: spent.body.transaction_id });
  expect(refunded.body).toMatchObject({ balance: 980 });
  const short = await post('consume', { tenant_id: 'acme', amount: 981 });
  expect(short).toMatchObject({
    status: 402,
    body: { code: 'insufficient_credits', available: 980, success: false },
  });
  expect(short.headers.get('content-type')).toBe('application/problem+json');
  const stored = await api.database.ownerPool.query(
    `SELECT description, (SELECT token_masked FROM credits.payments) FROM credits.transfers WHERE type = 'consume'`,
  );
  expect(stored.rows).toEqual([{ description: 'paid with ****-****-****-1111', token_masked: '****1111' }]);
});

test('a replay is answered with the same bytes; another body under the key is refused', async () => {
  await post('topup', { tenant_id: 'keys', amount: 10 }, { 'Idempotency-Key': 'k' });
  const body = { tenant_id: 'keys', amount: 50, metadata: { b: 1, a: 2 } };
  const first = await post('consume', body, { 'Idempotency-Key': 'spend' });
  expect(first.status).toBe(402);
  await post('topup', { tenant_id: 'keys', amount: 100 });
  const again = await post('consume', { ...body, metadata: { a: 2, b: 1 }, idempotency_key: 'spend' });
  expect(again.text).toBe(first.text);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const other = await post('consume', { ...body, amount: 51 }, { 'Idempotency-Key': 'spend' });
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  const differ = await post('consume', { ...body, idempotency_key: 'a' }, { 'Idempotency-Key': 'b' });
  expect(differ.status).toBe(400);
});

test.each([
  ['a fraction', { tenant_id: 't', amount: 1.5 }],
  ['a text', { tenant_id: 't', amount: '1' }],
  ['nothing', { tenant_id: 't', amount: 0 }],
  ['more than 2^53 - 1', { tenant_id: 't', amount: 2 ** 53 }],
  ['an unknown field', { tenant_id: 't', amount: 1, amonut: 1 }],
  ['U+0000', { tenant_id: 't', amount: 1, description: 'a\0b' }],
  ['U+0000 in metadata', { tenant_id: 't', amount: 1, metadata: { a: '\0' } }],
  ['half a surrogate pair', { tenant_id: 't', amount: 1, metadata: { a: '\ud800' } }],
  ['a card number as tenant', { tenant_id: '4111111111111111', amount: 1 }],
])('%s is refused with 400', async (_, body) => {
  expect((await post('consume', body)).status).toBe(400);
});

test('a batch applies each for itself, and the rest of a batch that was cut off', async () => {
  const operations = [
    { op: 'topup', tenant_id: 'b1', amount: 10 },
    { op: 'consume', tenant_id: 'b1', amount: 3 },
    { op: 'consume', tenant_id: 'b2', amount: 1 },
    { op: 'consume', tenant_id: 'b1', amount: 8 },
  ];
  const batch = { mode: 'independent', operations, idempotency_key: 'batch-1' };
  const first = await post('batch', batch);
  expect(first.body.results.map((result: { status: number }) => result.status)).toEqual([200, 200, 404, 402]);
  const again = await post('batch', batch);
  expect(again.text).toBe(first.text);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const longer = await post('batch', {
    ...batch,
    operations: [...operations, { op: 'consume', tenant_id: 'b1', amount: 1 }],
  });
  expect(longer.status).toBe(422);
  const { rows } = await api.database.ownerPool.query(
    "SELECT available, version FROM credits.accounts WHERE tenant_id = 'b1'",
  );
  expect(rows).toEqual([{ available: 7, version: 2 }]);
});

test('an atomic batch names the operation that failed', async () => {
  const operations = [
    { op: 'topup', tenant_id: 'c1', amount: 10 },
    { op: 'consume', tenant_id: 'c1', amount: 11 },
  ];
  expect(await post('batch', { mode: 'atomic', operations })).toMatchObject({
    status: 402,
    body: { code: 'insufficient_credits', failed_index: 1, applied: 0 },
  });
  const found = await api.database.ownerPool.query(
    "SELECT version FROM credits.accounts WHERE tenant_id = 'c1'",
  );
  expect(found.rows).toEqual([{ version: 0 }]);
});

test("a batch's key is among those of its first operation's tenant", async () => {
  await post('topup', { tenant_id: 'd1', amount: 10 });
  await post('consume', { tenant_id: 'd1', amount: 1, idempotency_key: 'once' });
  const operations = [
    { op: 'consume', tenant_id: 'd1', amount: 1 },
    { op: 'topup', tenant_id: 'd2', amount: 1 },
  ];
  const reused = await post('batch', { mode: 'atomic', operations, idempotency_key: 'once' });
  expect(reused).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  expect((await post('batch', { mode: 'atomic', operations, idempotency_key: 'twice' })).status).toBe(200);
  const single = await post('consume', { tenant_id: 'd1', amount: 1, idempotency_key: 'twice' });
  expect(single.status).toBe(422);
});

test('a batch names a tenant for those of its operations that name none', async () => {
  const operations = [
    { op: 'topup', amount: 10 },
    { op: 'topup', tenant_id: 'e2', amount: 20 },
  ];
  const answer = await post('batch', { mode: 'atomic', tenant_id: 'e1', operations });
  expect(answer.status).toBe(200);
  const { rows } = await api.database.ownerPool.query(
    "SELECT tenant_id, available FROM credits.accounts WHERE tenant_id IN ('e1', 'e2') ORDER BY 1",
  );
  expect(rows).toEqual([
    { tenant_id: 'e1', available: 10 },
    { tenant_id: 'e2', available: 20 },
  ]);
});

test("another tenant's operation in a batch of a bound key does not exist, the others do", async () => {
  const key = await api.key({ scopes: ['credits:write'], tenantId: 'f1' });
  const operations = [
    { op: 'topup', amount: 10 },
    { op: 'topup', tenant_id: 'f2', amount: 10 },
    { op: 'consume', tenant_id: 'f1', amount: 4 },
  ];
  const send = (mode: string) =>
    api.send('POST', '/credits/batch', { key, body: { mode, operations, idempotency_key: mode } });
  expect(await send('atomic')).toMatchObject({
    status: 404,
    body: { code: 'not_found', failed_index: 1, applied: 0 },
  });
  const { status, body } = await send('independent');
  expect(status).toBe(200);
  expect(body.results).toMatchObject([
    { status: 200, body: { balance: 10 } },
    { status: 404, body: { code: 'not_found' } },
    { status: 200, body: { balance: 6 } },
  ]);
});

test('a batch of 8,190 fits, one more does not', async () => {
  const one = { op: 'topup', tenant_id: 'large', amount: 1, description: 'x'.repeat(300) };
  const many = (count: number) => ({ mode: 'independent', operations: Array(count).fill(one) });
  const answer = await post('batch', many(8_190));
  expect(answer.status).toBe(200);
  expect(answer.body.results[8_189]).toMatchObject({ status: 200, body: { balance: 8_190 } });
  expect((await post('batch', many(8_191))).status).toBe(400);
});

test("a key bound to a tenant sees no other's", async () => {
  const key = await api.key({ scopes: ['credits:write'], tenantId: 'mine' });
  const send = (body: unknown) => api.send('POST', '/credits/topup', { key, body });
  expect((await send({ amount: 5 })).body.balance).toBe(5);
  expect((await send({ tenant_id: 'theirs', amount: 5 })).status).toBe(404);
  const reader = await api.key({ scopes: ['credits:read'], tenantId: 'mine' });
  expect((await api.send('POST', '/credits/topup', { key: reader, body: { amount: 5 } })).status).toBe(403);
});
