import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../tests/support/database.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { createPool } from '../../platform/database/pool.ts';
import { keepPartitions } from './keep-partitions.ts';

const database = await createTestDatabase();
const keeper = createPool(loadConfig({ DATABASE_URL: database.url }), 'keeper', { size: 2 });
afterAll(async () => {
  await keeper.end();
  await database.drop();
});

const owner = database.ownerPool;
const insertKey = (created: string) =>
  owner.query(
    `INSERT INTO credits.idempotency_keys
     SELECT 'acme', sha256($1::text::bytea), sha256('x'), 200, '{}', now() + $1::interval`,
    [created],
  );
const partitionsOf = async (parent: string) => {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1`,
    [parent],
  );
  return rows.map((row) => row.name);
};

test('the months and days to come are there from the start', async () => {
  const report = await keepPartitions(keeper, 48);
  expect(report).toMatchObject({ made: [], dropped: 0 });
  expect(report.partitions).toEqual({
    transfers: { partitions: 3, ahead: 2 },
    idempotency_keys: { partitions: 4, ahead: 3 },
  });
});

test('a month that was not made in time takes its rows out of the default partition', async () => {
  const months = (await partitionsOf('credits.transfers')).filter((name) => !name.endsWith('_default'));
  await owner.query(`DROP TABLE ${months[0]}`);
  const transfer = (number: number, at: string) =>
    owner.query(
      `INSERT INTO credits.transfers (tenant_id, number, transfer_id, type, from_account, to_account, amount,
         effective_at, recorded_at, available_after, held_after, leased_after, spent_after, expired_after,
         unresolved_after, grant_ids, grant_amounts)
       VALUES ('acme', $1, gen_random_uuid(), 'topup', 'issued', 'available', 1, $2, $2, 1, 0, 0, 0, 0, 0,
         ARRAY[gen_random_uuid()], ARRAY[1])`,
      [number, at],
    );
  await transfer(1, '2001-01-01T00:00:00Z');
  await transfer(2, new Date().toISOString());
  expect(await keepPartitions(keeper, 48)).toMatchObject({
    made: [expect.stringMatching(/^transfers from /)],
  });
  const { rows } = await owner.query(
    'SELECT tableoid::regclass::text AS place FROM credits.transfers ORDER BY number',
  );
  expect(rows.map((row) => row.place)).toEqual(['credits.transfers_default', months[0]]);
  // The partition is as the others: append-only for the application.
  await expect(database.appPool.query('DELETE FROM credits.transfers')).rejects.toThrow('permission denied');
  await expect(database.appPool.query(`SELECT FROM ${months[0]}`)).rejects.toThrow('permission denied');
});

test('days of keys are dropped once they are past their retention, and not before', async () => {
  for (const days of [5, 4, 3, 2, 1]) {
    await owner.query(`SELECT credits.make_idempotency_day((now() AT TIME ZONE 'UTC')::date - $1::int)`, [
      days,
    ]);
    await insertKey(`-${days} days`);
  }
  await insertKey('0');
  expect(await keepPartitions(keeper, 48)).toMatchObject({ dropped: 3 });
  const { rows } = await owner.query<{ hours: number }>(
    `SELECT round(extract(epoch FROM now() - created_at) / 3600)::int AS hours FROM credits.idempotency_keys ORDER BY 1`,
  );
  // A day is kept until its last key is past the retention.
  expect(rows.map((row) => row.hours)).toEqual([0, 24, 48]);
});

test('nobody drops keys younger than a day, and only the keeper may', async () => {
  await expect(keepPartitions(keeper, 23)).rejects.toThrow('24 hours at least');
  await expect(keepPartitions(database.appPool, 48)).rejects.toThrow('permission denied');
  await expect(keeper.query('DELETE FROM credits.idempotency_keys')).rejects.toThrow('permission denied');
  await expect(
    keeper.query(`SELECT credits.make_partition('accounts', 'x', 'y', now(), now())`),
  ).rejects.toThrow('permission denied');
});

test('a busy table is left for the next run within a second, so that writers do not queue up', async () => {
  await owner.query(`DROP TABLE ${(await partitionsOf('credits.idempotency_keys')).at(-2)}`);
  const reader = await owner.connect();
  try {
    await reader.query('BEGIN; SELECT count(*) FROM credits.idempotency_keys_default');
    const started = performance.now();
    await expect(keepPartitions(keeper, 48)).rejects.toMatchObject({ code: '55P03' });
    expect(performance.now() - started).toBeLessThan(5_000);
  } finally {
    await reader.query('ROLLBACK');
    reader.release();
  }
  expect((await keepPartitions(keeper, 48)).made.length).toBe(1);
});
