import { afterAll, beforeAll, expect, test } from 'vitest';
import { endLapsedLeases } from '../../src/ledger/leases/end-lapsed.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const post = (path: string, body: unknown) => api.send('POST', path, { key: testAdminKey, body });
const register = async (
  instance: string,
  incarnation = '1',
  journal?: { lease_id: string; watermark: number }[],
) => (await post('/leases/register', { instance, incarnation, boot_id: 'boot', journal })).body;
const acquire = (instance: string, epoch: number, tenant: string, requestId: string, want = 100, min = 1) =>
  post('/leases/acquire', { tenant_id: tenant, instance, epoch, request_id: requestId, want, min });
const settle = (leaseId: string, epoch: number, spent: number, final = false) =>
  post('/leases/settle', { settlements: [{ lease_id: leaseId, epoch, cumulative_spent: spent, final }] });

async function tenantWith(tenant: string, amount: number, expiresAt?: string) {
  await post('/credits/topup', { tenant_id: tenant, amount, expires_at: expiresAt });
}

async function accounts(tenant: string) {
  const { rows } = await api.database.ownerPool.query(
    `SELECT a.available, a.leased, a.spent, a.unresolved, a.expired,
            (SELECT sum(leased) FROM credits.grants g WHERE g.tenant_id = a.tenant_id) AS pinned
       FROM credits.accounts a WHERE tenant_id = $1`,
    [tenant],
  );
  const [{ pinned, ...row }] = rows as [Record<string, number>];
  expect(Number(pinned)).toBe(row.leased);
  return row;
}

test('what is leased is spent by settling and returned at the end', async () => {
  await tenantWith('a', 1_000);
  const { epoch } = await register('pod-a');
  const lease = (await acquire('pod-a', epoch, 'a', 'r1')).body;
  expect(lease).toEqual({
    lease_id: expect.any(String),
    amount: 100,
    ttl_ms: 30_000,
    refresh_ms: 10_000,
    recall: false,
    available: 900,
  });
  expect((await acquire('pod-a', epoch, 'a', 'r1')).body).toEqual(lease);
  expect(await accounts('a')).toMatchObject({ available: 900, leased: 100, spent: 0 });
  expect((await settle(lease.lease_id, epoch, 30)).body.settlements).toEqual([
    {
      lease_id: lease.lease_id,
      status: 200,
      settled: 30,
      returned: 0,
      state: 'active',
      expires_in_ms: 30_000,
      refresh_ms: 10_000,
      recall: false,
      available: 900,
    },
  ]);
  await settle(lease.lease_id, epoch, 20);
  const last = await settle(lease.lease_id, epoch, 45, true);
  expect(last.body.settlements[0]).toMatchObject({
    settled: 45,
    returned: 55,
    state: 'settled',
    expires_in_ms: 0,
  });
  expect((await settle(lease.lease_id, epoch, 45, true)).body.settlements).toEqual(last.body.settlements);
  expect(await accounts('a')).toMatchObject({ available: 955, leased: 0, spent: 45 });
  expect((await acquire('pod-a', epoch, 'a', 'r1')).body.code).toBe('lease_ended');
  const { body } = await api.send('GET', '/leases?tenant_id=a', { key: testAdminKey });
  expect(body.leases).toMatchObject([
    { instance: 'pod-a', amount: 100, settled: 45, returned: 55, state: 'settled' },
  ]);
});

test('a new incarnation fences the old one and goes on from the journal', async () => {
  await tenantWith('b', 1_000);
  const first = await register('pod-b');
  const kept = (await acquire('pod-b', first.epoch, 'b', 'r1')).body;
  const lost = (await acquire('pod-b', first.epoch, 'b', 'r2')).body;
  const journal = [{ lease_id: kept.lease_id, watermark: 64 }];
  const second = await register('pod-b', '2', journal);
  expect(second.epoch).toBe(first.epoch + 1);
  expect(await register('pod-b', '2', journal)).toMatchObject({ epoch: second.epoch });
  expect(second.leases).toHaveLength(2);
  expect(second.leases).toContainEqual(
    expect.objectContaining({ lease_id: kept.lease_id, state: 'active', amount: 100 }),
  );
  expect(second.leases).toContainEqual(
    expect.objectContaining({ lease_id: lost.lease_id, state: 'unresolved' }),
  );
  expect((await acquire('pod-b', first.epoch, 'b', 'r3')).body.code).toBe('stale_epoch');
  expect(await settle(kept.lease_id, first.epoch, 10)).toMatchObject({
    status: 409,
    body: { code: 'stale_epoch' },
  });
  expect(await accounts('b')).toMatchObject({ available: 800, leased: 100, unresolved: 100 });
  await settle(kept.lease_id, second.epoch, 70, true);
  // What the old incarnation still says of the lost lease is evidence.
  await settle(lost.lease_id, first.epoch, 25, true);
  expect(await accounts('b')).toMatchObject({ available: 905, leased: 0, unresolved: 0, spent: 95 });
});

test('an incarnation that was overtaken fences nobody: its register may have been under way', async () => {
  const first = await register('pod-o', '1');
  const second = await register('pod-o', '2');
  expect(
    await post('/leases/register', { instance: 'pod-o', incarnation: '1', boot_id: 'boot' }),
  ).toMatchObject({
    status: 409,
    body: { code: 'stale_epoch' },
  });
  expect((await register('pod-o', '3')).epoch).toBe(second.epoch + 1);
  expect(second.epoch).toBe(first.epoch + 1);
});

test('a register whose answer was lost is answered the same again', async () => {
  await tenantWith('p', 1_000);
  const { epoch } = await register('pod-p');
  const lease = (await acquire('pod-p', epoch, 'p', 'r1')).body;
  const journal = [{ lease_id: lease.lease_id, watermark: 64 }];
  const second = await register('pod-p', '2', journal);
  expect(second.leases).toMatchObject([{ lease_id: lease.lease_id, state: 'active' }]);
  expect(await register('pod-p', '2', journal)).toEqual(second);
});

test('what a former holder says of a lease that was handed on returns nothing', async () => {
  await tenantWith('q', 1_000);
  const first = await register('pod-q');
  const lease = (await acquire('pod-q', first.epoch, 'q', 'r1')).body;
  const second = await register('pod-q', '2', [{ lease_id: lease.lease_id, watermark: 10 }]);
  // The second incarnation spends and is lost without a journal.
  expect((await register('pod-q', '3')).leases).toMatchObject([{ state: 'unresolved' }]);
  await settle(lease.lease_id, first.epoch, 10, true);
  expect(await accounts('q')).toMatchObject({ available: 900, unresolved: 90, spent: 10 });
  await settle(lease.lease_id, second.epoch, 70, true);
  expect(await accounts('q')).toMatchObject({ available: 930, unresolved: 0, spent: 70 });
});

test('a holder that was given up for lost is told of its leases when it comes back, and what its journal says resolves them', async () => {
  await tenantWith('r', 1_000);
  const first = await register('pod-r');
  const lease = (await acquire('pod-r', first.epoch, 'r', 'r1')).body;
  const lapse = "UPDATE credits.leases SET expires_at = now() - interval '1 hour' WHERE lease_id = $1";
  await api.database.ownerPool.query(lapse, [lease.lease_id]);
  await endLapsedLeases(api.deps, { lostAfterSeconds: 60, burnAfterSeconds: 3_600 });
  expect(await accounts('r')).toMatchObject({ leased: 0, unresolved: 100 });
  const second = await register('pod-r', '2', [{ lease_id: lease.lease_id, watermark: 64 }]);
  expect(second.leases).toMatchObject([
    { lease_id: lease.lease_id, tenant_id: 'r', state: 'unresolved', epoch: 1 },
  ]);
  expect((await register('other-pod')).leases).toEqual([]);
  const evidence = await settle(lease.lease_id, first.epoch, 64, true);
  expect(evidence.body.settlements).toMatchObject([{ settled: 64, returned: 36, state: 'settled' }]);
  expect(await accounts('r')).toMatchObject({ available: 936, unresolved: 0, spent: 64 });
  expect((await register('pod-r', '3')).leases).toEqual([]);
});

test('a journal of another boot is not trusted', async () => {
  await tenantWith('c', 100);
  const { epoch } = await register('pod-c');
  const lease = (await acquire('pod-c', epoch, 'c', 'r1', 50)).body;
  const journal = [{ lease_id: lease.lease_id, watermark: 10 }];
  const again = await post('/leases/register', {
    instance: 'pod-c',
    incarnation: '2',
    boot_id: 'other',
    journal,
  });
  expect(again.body.leases).toMatchObject([{ state: 'unresolved' }]);
});

test('leases shrink as the tenant runs dry; who holds them is recalled; 402 comes only when there is nowhere any', async () => {
  await tenantWith('d', 10);
  const [one, two] = [await register('pod-d1'), await register('pod-d2')];
  const first = (await acquire('pod-d1', one.epoch, 'd', 'r1')).body;
  expect(first.amount).toBe(5);
  expect((await acquire('pod-d2', two.epoch, 'd', 'r1')).body.amount).toBe(1);
  expect((await acquire('pod-d2', two.epoch, 'd', 'r2', 4, 4)).body.amount).toBe(4);
  const dry = await acquire('pod-d2', two.epoch, 'd', 'r3');
  expect(dry).toMatchObject({ status: 409, body: { code: 'leased_elsewhere', retry_after_ms: 200 } });
  expect((await settle(first.lease_id, one.epoch, 2)).body.settlements[0]).toMatchObject({ recall: true });
  await settle(first.lease_id, one.epoch, 2, true);
  expect((await acquire('pod-d2', two.epoch, 'd', 'r3')).body.amount).toBe(1);
  expect((await acquire('pod-d2', two.epoch, 'd', 'r4', 3, 3)).status).toBe(402);
});

test('time alone gives nothing back: a lapsed lease is unresolved, then burned', async () => {
  await tenantWith('e', 100);
  const { epoch } = await register('pod-e');
  const lease = (await acquire('pod-e', epoch, 'e', 'r1', 40)).body;
  await settle(lease.lease_id, epoch, 15);
  const lapse = "UPDATE credits.leases SET expires_at = now() - interval '1 hour' WHERE lease_id = $1";
  await api.database.ownerPool.query(lapse, [lease.lease_id]);
  const policy = { lostAfterSeconds: 60, burnAfterSeconds: 3_600 };
  expect(await endLapsedLeases(api.deps, policy)).toEqual({ lost: 1, burned: 0 });
  expect(await accounts('e')).toEqual({ available: 60, leased: 0, spent: 15, unresolved: 25, expired: 0 });
  expect(await endLapsedLeases(api.deps, { ...policy, burnAfterSeconds: 0 })).toMatchObject({ lost: 0 });
  expect(await accounts('e')).toEqual({ available: 60, leased: 0, spent: 40, unresolved: 0, expired: 0 });
});

test('what returns after its grant expired expires at once', async () => {
  await tenantWith('f', 100, new Date(Date.now() + 1_500).toISOString());
  const { epoch } = await register('pod-f');
  const lease = (await acquire('pod-f', epoch, 'f', 'r1', 40)).body;
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  expect((await settle(lease.lease_id, epoch, 10, true)).body.settlements[0]).toMatchObject({
    settled: 10,
    returned: 30,
  });
  expect(await accounts('f')).toEqual({ available: 0, leased: 0, spent: 10, unresolved: 0, expired: 90 });
});

test('refusals name what is wrong, one by one and all together', async () => {
  await tenantWith('g', 100);
  const { epoch } = await register('pod-g');
  const lease = (await acquire('pod-g', epoch, 'g', 'r1', 40)).body;
  const unknown = '00000000-0000-4000-8000-000000000000';
  const both = await post('/leases/settle', {
    settlements: [
      { lease_id: lease.lease_id, epoch, cumulative_spent: 1 },
      { lease_id: unknown, epoch, cumulative_spent: 1 },
    ],
  });
  expect(both).toMatchObject({
    status: 200,
    body: { settlements: [{ status: 200 }, { status: 404, code: 'not_found' }] },
  });
  expect((await settle(unknown, epoch, 1)).status).toBe(404);
  expect((await settle(lease.lease_id, epoch, 41)).status).toBe(400);
  expect((await acquire('pod-g', epoch, 'nobody', 'r1')).status).toBe(404);
  expect((await acquire('pod-x', epoch, 'g', 'r1')).body.code).toBe('stale_epoch');
  const theirs = await api.key({ scopes: ['leases'], tenantId: 'other' });
  const answer = await api.send('POST', '/leases/settle', {
    key: theirs,
    body: { settlements: [{ lease_id: lease.lease_id, epoch, cumulative_spent: 1 }] },
  });
  expect(answer.status).toBe(404);
});

test('twenty holders at once never lease more than there is', async () => {
  await tenantWith('h', 1_000);
  const pods = await Promise.all(Array.from({ length: 20 }, (_, i) => register(`pod-h${i}`)));
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => acquire(`pod-h${i % 20}`, pods[i % 20].epoch, 'h', `r${i}`, 50)),
  );
  const leased = answers.reduce((sum, { status, body }) => sum + (status === 200 ? body.amount : 0), 0);
  const { available, leased: held } = await accounts('h');
  expect(leased).toBe(held);
  expect(available! + held!).toBe(1_000);
});
