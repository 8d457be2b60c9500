import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLeafWriter } from '../../src/audit/leaf/leaf-writer.ts';
import { sequenceBatch } from '../../src/audit/sequencer/sequence-batch.ts';
import { TenantHeadCache } from '../../src/audit/sequencer/tenant-heads.ts';
import { endLapsedLeases } from '../../src/ledger/leases/end-lapsed.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

let api: TestApi;
let sequencerPool: Pool;
beforeAll(async () => {
  api = await createTestApi();
  sequencerPool = createPool(api.deps.config, 'sequencer', { size: 2 });
});
afterAll(async () => {
  await sequencerPool?.end();
  await api?.close();
});

const post = async (path: string, body: unknown) =>
  (await api.send('POST', path, { key: testAdminKey, body })).body;

test('every move of leased credits is in the audit log: granted, spent, returned, lost, burned, restored, refused', async () => {
  await post('/credits/topup', { tenant_id: 'a', amount: 1_000 });
  const { epoch } = await post('/leases/register', { instance: 'pod', incarnation: '1', boot_id: 'boot' });
  const acquire = async (request_id: string, want = 100, min = 1): Promise<string> =>
    (await post('/leases/acquire', { tenant_id: 'a', instance: 'pod', epoch, request_id, want, min }))
      .lease_id;
  const settle = (lease_id: string, cumulative_spent: number, final: boolean) =>
    post('/leases/settle', { settlements: [{ lease_id, epoch, cumulative_spent, final }] });
  const returned = await acquire('r1');
  const burned = await acquire('r2');
  const evident = await acquire('r3');
  await acquire('r4', 5_000, 5_000);
  const neighbour = { instance: 'neighbour', incarnation: '1', boot_id: 'boot' };
  const other = await post('/leases/register', neighbour);
  const wanting = { tenant_id: 'a', instance: 'neighbour', epoch: other.epoch, want: 800, min: 800 };
  // Not yet is no refusal: every pod of a tenant that runs dry asks five times a second.
  for (const request_id of ['n1', 'n2', 'n3'])
    expect((await post('/leases/acquire', { ...wanting, request_id })).code).toBe('leased_elsewhere');
  await settle(returned, 30, false);
  await settle(returned, 45, true);
  await settle(burned, 10, false);
  // Another process without a journal: both that are open are unresolved.
  await post('/leases/register', { instance: 'pod', incarnation: '2', boot_id: 'boot' });
  await settle(evident, 60, true);
  await endLapsedLeases(api.deps, { lostAfterSeconds: 0, burnAfterSeconds: 0 });

  const of = (lease_id: string) => (event: { lease_id?: string }) => event.lease_id === lease_id;
  const moved = ({ action, amount, success }: Event) => ({ action, amount, success });
  const events = await eventsOf('a');
  expect(events.filter(of(returned)).map(moved)).toEqual([
    { action: 'credits.lease', amount: 100, success: true },
    { action: 'credits.lease_spent', amount: 30, success: true },
    { action: 'credits.lease_spent', amount: 15, success: true },
    { action: 'credits.lease_returned', amount: 55, success: true },
  ]);
  expect(events.filter(of(burned)).map(moved)).toEqual([
    { action: 'credits.lease', amount: 100, success: true },
    { action: 'credits.lease_spent', amount: 10, success: true },
    { action: 'credits.lease_lost', amount: 90, success: true },
    { action: 'credits.lease_burned', amount: 90, success: true },
  ]);
  expect(events.filter(of(evident)).map(moved)).toEqual([
    { action: 'credits.lease', amount: 100, success: true },
    { action: 'credits.lease_lost', amount: 100, success: true },
    { action: 'credits.lease_burned', amount: 60, success: true },
    { action: 'credits.lease_restored', amount: 40, success: true },
  ]);
  expect(events.filter(({ success }) => !success)).toMatchObject([
    { action: 'credits.acquire', code: 'insufficient_credits', amount: 5_000 },
  ]);
});

interface Event {
  action: string;
  amount: number;
  success: boolean;
  lease_id?: string;
}

/** As an auditor reads them, once the sequencer has run. */
async function eventsOf(tenant: string): Promise<Event[]> {
  await sequenceBatch({
    pool: sequencerPool,
    writer: createLeafWriter(Buffer.from('key')),
    tenantHeads: new TenantHeadCache(),
    clock: Date.now,
  });
  const path = `/audit/entries?tenant_id=${tenant}&limit=1000`;
  const { body } = await api.send('GET', path, { key: testAdminKey });
  return body.entries.map(({ event }: { event: Event }) => event);
}
