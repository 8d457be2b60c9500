import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { seeded } from '../../../tests/support/seeded.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { createPool } from '../../platform/database/pool.ts';
import { insertEvents } from '../events/insert-events.ts';
import { createLeafWriter } from '../leaf/leaf-writer.ts';
import { spendEvent } from '../test-support/events.ts';
import { verifyLog } from '../verify/verify-log.ts';
import { createSequencing } from './sequence-batch.ts';
import { TenantHeadCache } from './tenant-heads.ts';

let database: TestDatabase;
let pool: Pool;
const hmacKey = Buffer.from('test key');

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(loadConfig({ DATABASE_URL: database.url }), 'sequencer', { size: 8 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Small batches, so that a handful of events is a flood. */
const sequencing = () =>
  createSequencing(
    { pool, writer: createLeafWriter(hmacKey), tenantHeads: new TenantHeadCache(), clock: Date.now },
    { rowLimit: 7 },
  );
const spends = (tenant: string, from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ ...spendEvent(from + i), tenant_id: tenant }));

/** The events of the log, a list for each tenant, in their order. */
async function logged(): Promise<Map<string, string[]>> {
  const { rows } = await database.appPool.query<{ leaf: Buffer }>(
    'SELECT leaf FROM audit.entries ORDER BY seq',
  );
  const events = rows.map(
    ({ leaf }) => JSON.parse(leaf.toString()).event as { tenant_id: string; event_id: string },
  );
  const byTenant = Map.groupBy(events, (event) => event.tenant_id);
  return new Map([...byTenant].map(([tenant, own]) => [tenant, own.map((event) => event.event_id)]));
}

test('what is read ahead overtakes no event of a tenant that becomes visible late', async () => {
  const { next, rest } = sequencing();
  const late = await database.appPool.connect();
  await late.query('BEGIN');
  const [first, ...others] = spends('late', 0, 5);
  await insertEvents(late, [first!]);
  await insertEvents(database.appPool, spends('early', 10, 14));
  expect(await next()).toEqual({ sequenced: 7, size: 7 }); // the next seven are read by now, or are being read
  await late.query('COMMIT');
  late.release();
  await insertEvents(database.appPool, others);
  expect(await next()).toEqual({ sequenced: 7, size: 14 });
  expect(await next()).toEqual({ sequenced: 5, size: 19 });
  await rest();
  expect((await logged()).get('late')).toEqual([first!, ...others].map((event) => event.event_id));
});

test('a batch that fails takes the one behind it along; nothing is lost, nothing comes twice', async () => {
  const before = [...(await logged()).values()].flat().length;
  const { next, rest } = sequencing();
  await insertEvents(database.appPool, spends('broken', 100, 30));
  expect(await next()).toMatchObject({ sequenced: 7 });
  await database.ownerPool.query('REVOKE INSERT ON audit.nodes FROM assay_sequencer');
  await expect(next()).rejects.toThrow('permission denied');
  await database.ownerPool.query('GRANT INSERT ON audit.nodes TO assay_sequencer');
  let size = 0;
  for (let sequenced = 7; sequenced === 7; ) {
    const outcome = await next();
    if (outcome === 'elsewhere') throw new Error('there is nobody else');
    ({ sequenced, size } = outcome);
  }
  await rest();
  expect(size).toBe(before + 30);
  const events = spends('broken', 100, 30).map((event) => event.event_id);
  expect((await logged()).get('broken')).toEqual(events);
});

test('several sequencers and writers that commit when they like: every event once, tenants in their order', async () => {
  const seed = Number(process.env.ASSAY_TEST_SEED ?? 11);
  const draw = seeded(seed);
  const sent = new Map<string, string[]>();
  const write = async (tenant: string) => {
    for (let n = 0; n < 25; n++) {
      const client = await database.appPool.connect();
      await client.query('BEGIN');
      const events = spends(
        tenant,
        1_000 + Number(tenant.slice(1)) * 1_000 + n * 10,
        1 + Math.floor(draw() * 9),
      );
      await insertEvents(client, events);
      await sleep(draw() * 8);
      await client.query(draw() < 0.1 ? 'ROLLBACK' : 'COMMIT').then(({ command }) => {
        if (command === 'COMMIT')
          sent.set(tenant, [...(sent.get(tenant) ?? []), ...events.map((event) => event.event_id)]);
      });
      client.release();
    }
  };
  let writing = true;
  const sequence = async () => {
    const { next, rest } = sequencing();
    for (let idle = 0; writing || idle < 3; ) {
      const outcome = await next();
      const isBusy = outcome !== 'elsewhere' && outcome.sequenced > 0;
      if (!isBusy || draw() < 0.3) await rest();
      if (!isBusy) await sleep(5);
      idle = isBusy ? 0 : idle + 1;
    }
    await rest();
  };
  const sequencers = [sequence(), sequence(), sequence()];
  await Promise.all(Array.from({ length: 6 }, (_, n) => write(`w${n}`)));
  writing = false;
  await Promise.all(sequencers);
  const found = await logged();
  for (const [tenant, events] of sent) expect([tenant, found.get(tenant)]).toEqual([tenant, events]);
  expect((await database.appPool.query('SELECT FROM audit.outbox')).rowCount).toBe(0);
  expect(await verifyLog(database.appPool, { hmacKey })).toMatchObject({ valid: true, finding: null });
});
