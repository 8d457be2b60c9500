import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { redisUrl } from '../support/redis.ts';

test('a test database is migrated, its own, and gone after drop()', async () => {
  const first = await createTestDatabase();
  const second = await createTestDatabase();
  await first.ownerPool.query(`INSERT INTO shadow.datasets (tenant_id, name) VALUES ('*', 'only-here')`);
  const { rows } = await second.appPool.query('SELECT current_user, count(*)::int AS n FROM shadow.datasets');
  expect(rows).toEqual([{ current_user: 'assay_app', n: 0 }]);
  await Promise.all([first.drop(), second.drop()]);
});

test('a connection left open is named when the database is dropped', async () => {
  const database = await createTestDatabase();
  const { Client } = await import('pg');
  const client = new Client({ connectionString: database.url, application_name: 'forgotten' });
  client.on('error', () => {}); // the forced drop cuts it
  await client.connect();
  await expect(database.drop()).rejects.toThrow('forgotten');
});

test.skipIf(redisUrl() === undefined)('Redis answers', async () => {
  const redis = new Redis(redisUrl()!);
  expect(await redis.ping()).toBe('PONG');
  await redis.quit();
});
