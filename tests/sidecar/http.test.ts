import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SendOptions } from '../support/sidecar-process.ts';
import { createSidecarFixture, type SidecarFixture } from './fixture.ts';

let fixture: SidecarFixture;

beforeAll(async () => {
  fixture = await createSidecarFixture();
  await fixture.topUp('acme', 1_000);
  await fixture.sidecar('http', { ASSAY_TENANTS: 'acme,poor' });
});

afterAll(() => fixture?.close());

const send = (method: string, path: string, options?: SendOptions) =>
  fixture.client('http').send(method, path, options);
const post = (path: string, body: unknown) => send('POST', path, { body });
const authz = (path: string, headers: Record<string, string>, method = 'GET') =>
  send(method, path, { headers });

test('a spend is allowed, and a client’s retry of it spends once', async () => {
  const first = await post('/consume', { tenant_id: 'acme', amount: 2 });
  expect(first).toMatchObject({ status: 200, body: { allowed: true } });
  const named = { tenant_id: 'acme', amount: 3, request_id: 'r1' };
  // That they spent 5 together, and not 8, is seen when all is returned, below.
  expect((await post('/consume', named)).body.allowed).toBe(true);
  expect((await post('/consume', named)).body.allowed).toBe(true);
  expect(await post('/consume', { ...named, amount: 4 })).toMatchObject({
    status: 422,
    body: { code: 'idempotency_key_reused' },
  });
});

test('what the tenant has nowhere is 402, of a tenant nobody knows too', async () => {
  const denied = { status: 402, body: { allowed: false, code: 'insufficient_credits' } };
  expect(await post('/consume', { tenant_id: 'acme', amount: 1_000_000 })).toMatchObject(denied);
  expect(await post('/consume', { tenant_id: 'poor', amount: 1 })).toMatchObject(denied);
});

test.each([
  ['no amount', { tenant_id: 'acme' }, 'body.amount'],
  ['a fraction', { tenant_id: 'acme', amount: 1.5 }, 'body.amount'],
  ['nothing', { tenant_id: 'acme', amount: 0 }, 'body.amount'],
  ['too much to count', { tenant_id: 'acme', amount: 2 ** 53 }, 'body.amount'],
  ['a text', { tenant_id: 'acme', amount: '1' }, 'body.amount'],
  ['no tenant', { amount: 1 }, 'body.tenant_id'],
  ['a card number', { tenant_id: '4111111111111111', amount: 1 }, 'body.tenant_id'],
  ['an unknown field', { tenant_id: 'acme', amount: 1, ttl: 3 }, 'body.ttl'],
  ['an empty request_id', { tenant_id: 'acme', amount: 1, request_id: '' }, 'body.request_id'],
])('%s is refused', async (_, body, location) => {
  const answer = await post('/consume', body);
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ location }] } });
  expect(answer.text).not.toContain('4111111111111111');
});

test('what is not JSON, too long, or of another method is refused', async () => {
  expect((await send('POST', '/consume', { body: '{' })).status).toBe(400);
  expect((await send('POST', '/consume', { body: '[]' })).status).toBe(400);
  expect((await send('POST', '/consume', { body: `"${'x'.repeat(20_000)}"` })).status).toBe(413);
  expect(await send('GET', '/consume')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  expect((await send('GET', '/elsewhere')).status).toBe(404);
});

test('a tenant that is not on the list is 403', async () => {
  expect((await post('/consume', { tenant_id: 'other', amount: 1 })).status).toBe(403);
  expect((await post('/reserve', { tenant_id: 'other', amount: 1 })).status).toBe(403);
  expect((await authz('/authz', { 'x-tenant-id': 'other' })).status).toBe(403);
});

test('a reservation is committed in part, and ends once', async () => {
  const reserved = await post('/reserve', { tenant_id: 'acme', amount: 10, ttl_seconds: 60 });
  expect(reserved).toMatchObject({ status: 200, body: { success: true } });
  const { reservation_id } = reserved.body;
  const end = { tenant_id: 'acme', reservation_id };
  expect((await post('/commit', { ...end, amount: 11 })).body.code).toBe('amount_exceeds_hold');
  expect((await post('/commit', { ...end, tenant_id: 'poor' })).status).toBe(404);
  expect(await post('/commit', { ...end, amount: 4 })).toMatchObject({
    status: 200,
    body: { charged: 4, released: 6 },
  });
  expect(await post('/commit', end)).toMatchObject({ status: 409, body: { code: 'hold_already_committed' } });
  const second = await post('/reserve', { tenant_id: 'acme', amount: 5 });
  const cancelled = { tenant_id: 'acme', reservation_id: second.body.reservation_id };
  expect(await post('/cancel', cancelled)).toMatchObject({ status: 200, body: { charged: 0, released: 5 } });
  expect((await post('/cancel', cancelled)).body.code).toBe('hold_already_cancelled');
});

test('proxies ask with headers, and choose what a denial is called', async () => {
  const tenant = { 'x-tenant-id': 'acme' };
  expect((await authz('/authz', tenant)).status).toBe(200);
  const costly = { ...tenant, 'x-credit-cost': '7' };
  expect((await authz('/authz/any/path?a=b', costly, 'DELETE')).status).toBe(200);
  const dear = { ...tenant, 'x-credit-cost': '1000000' };
  expect((await authz('/authz/x', dear)).status).toBe(402);
  expect((await authz('/authz/x?y=1&deny=403', dear)).status).toBe(403);
  for (const headers of [
    {},
    { 'x-tenant-id': 'a b' },
    { ...tenant, 'x-credit-cost': '-1' },
    { ...tenant, 'x-credit-cost': '1e3' },
  ] as Record<string, string>[])
    expect((await authz('/authz', headers)).status).toBe(400);
  expect((await authz('/authzoo', tenant)).status).toBe(404);
});

test('it says how it is', async () => {
  expect(await send('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await send('GET', '/readyz')).toMatchObject({ status: 200, body: { phase: 'granting' } });
  const { text, headers } = await send('GET', '/metrics');
  expect(headers['content-type']).toContain('text/plain; version=0.0.4');
  expect(text).toMatch(/^sidecar_decisions_total\{result="allowed"\} [1-9]/m);
  expect(text).toMatch(/^sidecar_ledger_calls_total\{call="register",result="registered"\} 1$/m);
  expect(text).toMatch(/^sidecar_decision_duration_seconds_bucket\{le="\+Inf"\} [1-9]/m);
});

test('a second sidecar on the same journal does not start', async () => {
  await expect(fixture.sidecar('http')).rejects.toThrow('another sidecar is spending from it');
});

test('after draining the ledger has everything back, and nothing is granted', async () => {
  expect(await post('/drain', undefined)).toMatchObject({ status: 200, body: { drained: true } });
  expect(await fixture.accounts('acme')).toMatchObject({
    leased: 0,
    unresolved: 0,
    spent: 2 + 3 + 4 + 1 + 7,
  });
  const refused = await post('/consume', { tenant_id: 'acme', amount: 1 });
  expect(refused).toMatchObject({ status: 503, body: { allowed: false, reason: 'draining' } });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await send('GET', '/readyz')).status).toBe(503);
});
