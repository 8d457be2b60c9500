import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestAnswer, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { controlLedgerClock, type LedgerClock } from '../support/ledger-clock.ts';
import { recountLedger } from '../support/ledger-recount.ts';

let database: TestDatabase;
let clock: LedgerClock;
let api: TestApi;
let key: string;
beforeAll(async () => {
  database = await createTestDatabase();
  clock = await controlLedgerClock(database.ownerPool, Date.UTC(2031, 2, 30, 0, 30));
  api = await createTestApi({}, { database, clock: clock.nowMs });
  key = await api.key();
});
afterAll(async () => {
  expect(await recountLedger(database.ownerPool)).toEqual([]);
  await api?.close();
  await database.drop();
});

const tenantOf = () => ({ tenant_id: `clock-${randomUUID()}` });
const post = (verb: string, body: object): Promise<TestAnswer> =>
  api.send('POST', `/credits/${verb}`, { key, body });
const balance = async ({ tenant_id }: { tenant_id: string }) =>
  (await api.send('GET', `/credits/balance/${tenant_id}?fresh=1`, { key })).body;
const inMs = (ms: number) => new Date(clock.nowMs() + ms).toISOString();

describe('a clock that is set back', () => {
  test('dates nothing before what was recorded, and undoes no expiry', async () => {
    const tenant = tenantOf();
    await post('topup', { ...tenant, amount: 100, expires_at: inMs(60_000) });
    await post('topup', { ...tenant, amount: 10 });
    const { body: hold } = await post('reserve', { ...tenant, amount: 5, ttl_seconds: 30 });
    await clock.advance(60_000);
    expect((await post('consume', { ...tenant, amount: 1 })).body.balance).toBe(9);

    await clock.advance(-3_600_000);
    expect((await balance(tenant)).available).toBe(9);
    expect((await post('commit', { ...tenant, reservation_id: hold.reservation_id })).status).toBe(410);
    expect((await post('consume', { ...tenant, amount: 9 })).status).toBe(200);
    expect((await post('consume', { ...tenant, amount: 1 })).status).toBe(402);

    // A hold made now counts from the time of the last transfer, which the clock has yet to reach again.
    await post('topup', { ...tenant, amount: 7 });
    const { body: later } = await post('reserve', { ...tenant, amount: 7, ttl_seconds: 10 });
    await clock.advance(3_600_000 + 9_999);
    expect(await balance(tenant)).toMatchObject({ available: 0, reserved_funds: 7 });
    await clock.advance(1);
    expect((await post('commit', { ...tenant, reservation_id: later.reservation_id })).status).toBe(410);
    expect(await balance(tenant)).toMatchObject({ available: 7, reserved_funds: 0 });
  });
});

describe('the largest amounts', () => {
  const most = Number.MAX_SAFE_INTEGER;

  test('are spent, held and given back to the last credit', async () => {
    const tenant = tenantOf();
    expect((await post('topup', { ...tenant, amount: most })).body.balance).toBe(most);
    const { body: hold } = await post('reserve', { ...tenant, amount: most });
    expect((await post('consume', { ...tenant, amount: 1 })).body.available).toBe(0);
    const { body: spend } = await post('commit', {
      ...tenant,
      reservation_id: hold.reservation_id,
      amount: most - 1,
    });
    expect(spend).toMatchObject({ balance: 1, available: 1 });
    const refund = { ...tenant, transaction_id: spend.transaction_id, amount: most - 2 };
    expect((await post('refund', refund)).body.balance).toBe(most - 1);
    expect((await post('refund', refund)).body.code).toBe('refund_exceeds_spend');
    expect(await balance(tenant)).toMatchObject({
      available: most - 1,
      total_spent: 1,
      total_purchased: most,
    });
  });

  test('are never exceeded in all', async () => {
    const tenant = tenantOf();
    await post('topup', { ...tenant, amount: most - 1 });
    expect((await post('topup', { ...tenant, amount: 2 })).status).toBe(400);
    expect((await post('topup', { ...tenant, amount: 1 })).status).toBe(200);
    for (const amount of [0, -1, 1.5, most + 1, '5', null])
      expect((await post('consume', { ...tenant, amount })).body.code).toBe('invalid_request');
  });
});

describe('thousands of slices', () => {
  test('one spend of 3,000 grants, refunded in parts', async () => {
    const tenant = tenantOf();
    const operations = Array.from({ length: 3_000 }, (_, i) => ({
      op: 'topup',
      ...tenant,
      amount: 2,
      ...(i % 3 === 0 ? { expires_at: inMs(1_000 + (i % 7)) } : {}),
    }));
    expect((await post('batch', { mode: 'atomic', operations })).status).toBe(200);
    const { body: hold } = await post('reserve', { ...tenant, amount: 5_999, ttl_seconds: 60 });
    await clock.advance(10_000);
    // A thousand of the grants are over: what they pinned is gone when it comes back.
    const { body: spend } = await post('commit', {
      ...tenant,
      reservation_id: hold.reservation_id,
      amount: 1_000,
    });
    expect(spend).toMatchObject({ balance: 4_000, available: 4_000 });
    const refund = { ...tenant, transaction_id: spend.transaction_id, amount: 999 };
    expect((await post('refund', refund)).body.balance).toBe(4_000);
    expect((await post('consume', { ...tenant, amount: 4_000 })).status).toBe(200);
    expect((await post('consume', { ...tenant, amount: 1 })).body.available).toBe(0);
  });
});
