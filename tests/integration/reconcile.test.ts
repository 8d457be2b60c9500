import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countCacheMismatches } from '../../src/ledger/cache/count-mismatches.ts';
import { cachePrefix } from '../../src/ledger/cache/create-balance-cache.ts';
import { keyOf } from '../../src/ledger/cache/shared-tier.ts';
import { publishReconciliation, reconcile } from '../../src/ledger/maintenance/reconcile.ts';
import { readBalance } from '../../src/ledger/reads/read-balance.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { createTestDatabase } from '../support/database.ts';
import { consume, createTestLedger, tell, topup } from '../support/ledger.ts';
import { redisUrl } from '../support/redis.ts';

const database = await createTestDatabase();
const pool = database.appPool;
const signal = new AbortController().signal;
beforeAll(async () => {
  const ledger = createTestLedger(pool);
  await tell(ledger, topup('acme', 100));
  await tell(ledger, consume('acme', 30));
  await ledger.close();
});
afterAll(() => database.drop());

test('publishes what it found and forgets what is mended', async () => {
  const metrics = createMetrics();
  const logged: string[] = [];
  const log = createLogger({ logLevel: 'info' }, 'test', { write: (line) => void logged.push(line) });
  const deps = { pool, idempotencyRetentionHours: 48, log };
  const run = async () => publishReconciliation(await reconcile(deps, signal), metrics);
  // A 0 that nobody computed would hide that nobody computes.
  expect(await metrics.text()).not.toMatch(
    /^credits_(negative_balance_count|conservation_error|cache_mismatches) /m,
  );
  await database.ownerPool.query(`UPDATE credits.transfers SET available_after = -1 WHERE number = 2`);
  await run();
  const broken = await metrics.text();
  expect(broken).toContain('credits_negative_balance_count 1');
  expect(broken).toContain('credits_ledger_violations{kind="negative_balance"} 1');
  expect(logged.join('')).toMatch(/"event":"ledger_violation".*"tenantId":"acme"/);

  await database.ownerPool.query(`UPDATE credits.transfers SET available_after = 70 WHERE number = 2`);
  await run();
  const mended = await metrics.text();
  expect(mended).toContain('credits_negative_balance_count 0');
  expect(mended).toContain('credits_conservation_error 0');
  expect(mended).not.toContain('kind="negative_balance"');
});

describe.skipIf(redisUrl() === undefined)('the shared cache', () => {
  test('is compared at the same version', async () => {
    const redis = new Redis(redisUrl()!);
    try {
      const prefix = await cachePrefix(pool, `test-${process.pid}`)();
      const count = () => countCacheMismatches(redis, prefix, (tenant) => readBalance(pool, tenant));
      const key = keyOf(prefix, 'acme');
      const { text, version } = (await readBalance(pool, 'acme'))!;
      const put = (value: string) => redis.set(key, value, 'PX', 60_000);
      expect(await count()).toBe(0);
      await put(`${version}|${text}`);
      expect(await count()).toBe(0);
      await put(`${version}|${text.replace('70', '71')}`);
      expect(await count()).toBe(1);
      await put(`${version - 1}|${text.replace('70', '100')}`);
      expect(await count()).toBe(0);
      await put(`${version + 1}|`);
      expect(await count()).toBe(0);
      await redis.del(key);
    } finally {
      redis.disconnect();
    }
  });
});
