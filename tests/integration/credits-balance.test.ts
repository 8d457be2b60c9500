import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';
import { controlLedgerClock, type LedgerClock } from '../support/ledger-clock.ts';
import { LedgerTraffic } from '../support/ledger-traffic.ts';

const startMs = Date.UTC(2026, 0, 10);
let api: TestApi;
let clock: LedgerClock;
beforeAll(async () => {
  api = await createTestApi();
  clock = await controlLedgerClock(api.database.ownerPool, startMs);
});
afterAll(() => api.close());

const key = testAdminKey;
const post = async (op: string, body: object) => {
  const answer = await api.send('POST', `/credits/${op}`, { key, body });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
const balance = (tenant: string, query = '?fresh=1') =>
  api.send('GET', `/credits/balance/${tenant}${query}`, { key });
const at = (ms: number) => `?at=${new Date(ms).toISOString()}`;

test('a balance in full: grants in the order in which they burn, held credits in balance and in the grants', async () => {
  const late = await post('topup', { tenant_id: 'full', amount: 100, priority: 1 });
  const expires_at = new Date(clock.nowMs() + 60_000).toISOString();
  const soon = await post('topup', { tenant_id: 'full', amount: 50, expires_at });
  await post('consume', { tenant_id: 'full', amount: 20 });
  await post('reserve', { tenant_id: 'full', amount: 40 });
  const answer = await balance('full', '');
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.body).toEqual({
    tenant_id: 'full',
    balance: 130,
    reserved_funds: 40,
    available: 90,
    leased: 0,
    total_spent: 20,
    total_purchased: 150,
    version: 4,
    grants: [
      { grant_id: soon.grant_id, amount: 50, remaining: 30, priority: 0, expires_at },
      { grant_id: late.grant_id, amount: 100, remaining: 100, priority: 1, expires_at: null },
    ],
  });
});

test('a tenant that nobody topped up is not known, at no moment', async () => {
  await api.send('POST', '/credits/consume', {
    key,
    body: { tenant_id: 'nobody', amount: 1, idempotency_key: 'k' },
  });
  for (const query of ['', '?fresh=1', at(startMs)]) {
    const answer = await balance('nobody', query);
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  }
});

test('a key sees its own tenant only, and needs the scope', async () => {
  await post('topup', { tenant_id: 'mine', amount: 1 });
  const own = await api.key({ scopes: ['credits:read'], tenantId: 'mine' });
  const other = await api.key({ scopes: ['credits:read'], tenantId: 'other' });
  const writer = await api.key({ scopes: ['credits:write'] });
  for (const _ of ['read', 'cached']) {
    const statuses = [];
    for (const asker of [own, other, writer, '']) {
      const { status } = await api.send('GET', '/credits/balance/mine', asker === '' ? {} : { key: asker });
      statuses.push(status);
    }
    expect(statuses).toEqual([200, 404, 403, 401]);
  }
});

test.each(['?at=yesterday', '?at=2026-01-01', '?fresh=yes', '?unknown=1', '?at=2026-01-01T00:00:00'])(
  'the query %s is refused',
  async (query) => {
    const answer = await balance('full', query);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.errors[0].location).toMatch(/^query\./);
  },
);

test('a name that cannot be a tenant is refused, at a read too', async () => {
  expect((await balance('-x', '')).status).toBe(400);
  expect((await balance('4111111111111111', '')).status).toBe(400);
  expect((await balance('a%20b', '')).status).toBe(400);
});

describe('expiry at the read', () => {
  test('a grant ends at its moment without a write; a held slice lives until its hold ends', async () => {
    const expires_at = new Date(clock.nowMs() + 60_000).toISOString();
    await post('topup', { tenant_id: 'ends', amount: 100, expires_at });
    await post('reserve', { tenant_id: 'ends', amount: 30, ttl_seconds: 120 });
    await clock.advance(59_999);
    expect((await balance('ends')).body).toMatchObject({ balance: 100, available: 70, reserved_funds: 30 });
    await clock.advance(1);
    const pinned = (await balance('ends')).body;
    expect(pinned).toMatchObject({ balance: 30, available: 0, reserved_funds: 30, version: 2 });
    expect(pinned.grants).toMatchObject([{ remaining: 30 }]);
    await clock.advance(60_000);
    expect((await balance('ends')).body).toMatchObject({ balance: 0, reserved_funds: 0, grants: [] });
    // As it was, from rows that still do not say so.
    expect((await balance('ends', at(clock.nowMs() - 60_001))).body).toMatchObject({ balance: 100 });
    expect((await balance('ends', at(clock.nowMs() - 60_000))).body).toMatchObject({ balance: 30 });
  });

  test('a hold that is due gives back to grants that live on', async () => {
    await post('topup', { tenant_id: 'back', amount: 100 });
    await post('reserve', { tenant_id: 'back', amount: 100, ttl_seconds: 10 });
    await clock.advance(10_000);
    const { body } = await balance('back');
    expect(body).toMatchObject({ balance: 100, available: 100, reserved_funds: 0 });
    expect(body.grants).toMatchObject([{ remaining: 100 }]);
  });

  test('a moment to come answers what expiry will leave', async () => {
    const expires_at = new Date(clock.nowMs() + 60_000).toISOString();
    await post('topup', { tenant_id: 'future', amount: 5, expires_at });
    await post('topup', { tenant_id: 'future', amount: 3 });
    expect((await balance('future', at(clock.nowMs() + 59_999))).body.balance).toBe(8);
    expect((await balance('future', at(clock.nowMs() + 60_000))).body.balance).toBe(3);
  });
});

test('before its first transfer a tenant had nothing', async () => {
  await post('topup', { tenant_id: 'young', amount: 5 });
  const { status, body } = await balance('young', at(clock.nowMs() - 1));
  expect([status, body]).toEqual([
    200,
    {
      tenant_id: 'young',
      balance: 0,
      reserved_funds: 0,
      available: 0,
      leased: 0,
      total_spent: 0,
      total_purchased: 0,
      version: 0,
      grants: [],
    },
  ]);
});

test('whatever happened: reads before posting equal those after, and any moment is answered as it was', async () => {
  const seed = Math.floor(Math.random() * 1e9);
  console.info(`seed ${seed}`);
  for (const tenant of ['walk-1', 'walk-2', 'walk-3']) {
    const traffic = new LedgerTraffic(api, clock, tenant, seed + Number(tenant.at(-1)));
    await traffic.post('topup', { amount: 100 });
    // Versions differ: what was due then has been written down since.
    const seen: { ms: number; then: object }[] = [];
    for (let step = 0; step < 60; step++) {
      for (let many = traffic.random.below(4); many > 0; many--) await traffic.step();
      const { version: _, ...then } = (await balance(tenant)).body;
      seen.push({ ms: clock.nowMs(), then });
      if (traffic.random.chance(30)) {
        await api.deps.ledger.postDue(tenant);
        const { version: __, ...posted } = (await balance(tenant)).body;
        expect(posted, `seed ${seed}, ${tenant}, step ${step}: posted`).toEqual(then);
      }
      await clock.advance(traffic.random.below(90_000));
    }
    for (const { ms, then } of seen) {
      const { version: _, ...asOf } = (await balance(tenant, at(ms))).body;
      expect(asOf, `seed ${seed}, ${tenant}, as of ${new Date(ms).toISOString()}`).toEqual(then);
    }
  }
}, 120_000);

test('more grants than are listed: the first to burn, the number of the others, and sums over all', async () => {
  const operations = (amount: number) =>
    Array.from({ length: amount }, () => ({ op: 'topup', tenant_id: 'many', amount: 1 }));
  await post('batch', { mode: 'independent', operations: operations(5_010) });
  const { body } = await balance('many');
  expect([body.balance, body.grants.length, body.grants_omitted]).toEqual([5_010, 5_000, 10]);
  await post('consume', { tenant_id: 'many', amount: 4_000 });
  const { body: fewer } = await balance('many');
  expect([fewer.balance, fewer.grants.length, fewer.grants_omitted]).toEqual([1_010, 1_010, undefined]);
});
