import { once } from 'node:events';
import { to as copyTo } from 'pg-copy-streams';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../tests/support/database.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { copyRows } from './copy-rows.ts';
import { countSlowStatements } from './count-slow-statements.ts';
import { exchange } from './exchange/exchange.ts';

const database = await createTestDatabase();
afterAll(() => database.drop());

test('counts slow statements however they are sent, and no fast one', async () => {
  const metrics = createMetrics();
  const pool = database.appPool;
  countSlowStatements(pool, 'api', 50, metrics);
  const counted = async () =>
    Number(/database_slow_statements_total\{pool="api"\} (\d+)/.exec(await metrics.text())?.[1]);

  await pool.query('SELECT 1');
  expect(await counted()).toBe(0);
  await pool.query('SELECT pg_sleep(0.06)');
  expect(await counted()).toBe(1);

  const client = await pool.connect();
  try {
    await client.query('SELECT pg_sleep($1)', [0.06]);
    expect(await counted()).toBe(2);
    const [rows] = await exchange(client, [{ name: 'slow', text: 'SELECT pg_sleep(0.06), 7' }]);
    expect(rows).toEqual([['', '7']]);
    expect(await counted()).toBe(3);
    await expect(client.query('SELECT pg_sleep(0.06), 1/0 FROM pg_sleep(0.06)')).rejects.toThrow('division');
    const before = await counted();
    const stream = client.query(copyTo('COPY (SELECT pg_sleep(0.06)) TO STDOUT'));
    stream.resume();
    await once(stream, 'end');
    for await (const _ of copyRows(client, 'SELECT pg_sleep(0.06)', {}));
    expect(await counted()).toBe(before);
  } finally {
    client.release();
  }
});
