import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mismatchCounter } from '../../src/cli/support/connect-balances.ts';
import { preloadBusiest } from '../../src/ledger/cache/preload.ts';
import { watchBalances } from '../../src/ledger/cache/watch-balances.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { redisUrl } from '../support/redis.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

const key = testAdminKey;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function post(api: TestApi, op: string, body: object) {
  const answer = await api.send('POST', `/credits/${op}`, { key, body });
  expect(answer.status, answer.text).toBe(200);
}
const balanceOf = async (api: TestApi, tenant: string, query = ''): Promise<number> =>
  (await api.send('GET', `/credits/balance/${tenant}${query}`, { key })).body.balance;

/** Reads until it sees `expected`. @returns after how many milliseconds. */
async function seenAfterMs(api: TestApi, tenant: string, expected: number): Promise<number> {
  const startedAt = performance.now();
  while ((await balanceOf(api, tenant)) !== expected) {
    if (performance.now() - startedAt > 5_000) throw new Error(`${tenant} never became ${expected}`);
    await sleep(5);
  }
  return performance.now() - startedAt;
}

/** Reads until answers come from this process, as they do once its lines are open. */
async function warm(api: TestApi, tenant: string): Promise<void> {
  const { counts } = api.deps.balances;
  for (let hits = counts.hits.l1; counts.hits.l1 < hits + 3; ) {
    hits = counts.hits.l1;
    for (let i = 0; i < 4; i++) {
      await balanceOf(api, tenant);
      await sleep(i === 0 ? 0 : 400);
    }
  }
}

/** What holds with and without Redis. */
function asPromised(pair: () => [TestApi, TestApi], prefix: string): void {
  test('the process that wrote sees it at once, another within a second', async () => {
    const [a, b] = pair();
    const tenant = `${prefix}-seen`;
    await post(a, 'topup', { tenant_id: tenant, amount: 1_000 });
    await warm(b, tenant);
    const delays: number[] = [];
    for (let spent = 1; spent <= 20; spent++) {
      expect(await balanceOf(b, tenant)).toBe(1_000 - spent + 1);
      await post(a, 'consume', { tenant_id: tenant, amount: 1 });
      expect(await balanceOf(a, tenant)).toBe(1_000 - spent);
      delays.push(await seenAfterMs(b, tenant, 1_000 - spent));
    }
    console.info(`${prefix}: others saw a write after ${Math.max(...delays).toFixed(0)} ms at most`);
    expect(Math.max(...delays)).toBeLessThan(1_000);
  });

  test('what is read while others write is never older than what was known, and ends right', async () => {
    const [a, b] = pair();
    const tenant = `${prefix}-storm`;
    await post(a, 'topup', { tenant_id: tenant, amount: 10_000 });
    await warm(b, tenant);
    let written = 0;
    const write = async () => {
      for (let i = 0; i < 200; i++) {
        await post(a, 'consume', { tenant_id: tenant, amount: 1 });
        written = i + 1;
      }
    };
    const read = async (api: TestApi, known: () => number) => {
      while (written < 200) {
        const atLeast = known();
        const spent = 10_000 - (await balanceOf(api, tenant));
        expect(spent).toBeGreaterThanOrEqual(atLeast);
        await sleep(1);
      }
    };
    await Promise.all([write(), read(a, () => written), read(b, () => 0)]);
    expect(await seenAfterMs(b, tenant, 9_800)).toBeLessThan(1_000);
    expect(await balanceOf(a, tenant)).toBe(9_800);
  });

  test('a cached balance ends with the tenant’s next expiry', async () => {
    const [a, b] = pair();
    const tenant = `${prefix}-expiry`;
    await post(a, 'topup', { tenant_id: tenant, amount: 5 });
    const expires_at = new Date(Date.now() + 1_500).toISOString();
    await post(a, 'topup', { tenant_id: tenant, amount: 7, expires_at });
    expect([await balanceOf(a, tenant), await balanceOf(b, tenant)]).toEqual([12, 12]);
    await sleep(Date.parse(expires_at) - Date.now() + 5);
    expect([await balanceOf(a, tenant), await balanceOf(b, tenant)]).toEqual([5, 5]);
  });

  test('a flood of commits is announced in few messages', async () => {
    const [a] = pair();
    const tenants = Array.from({ length: 40 }, (_, i) => `${prefix}-flood-${i}`);
    const listener = await database.ownerPool.connect();
    let messages = 0;
    listener.on('notification', () => (messages += 1));
    await listener.query('LISTEN credits_outdated');
    const startedAt = performance.now();
    for (let round = 0; round < 10; round++) {
      await Promise.all(tenants.map((tenant_id) => post(a, 'topup', { tenant_id, amount: 1 })));
    }
    const elapsedMs = performance.now() - startedAt;
    await listener.query('SELECT 1');
    await listener.query('UNLISTEN *');
    listener.release();
    expect(messages).toBeLessThanOrEqual(2 + elapsedMs / 25);
  });

  test('`fresh=1` goes past what is cached', async () => {
    const [a, b] = pair();
    const tenant = `${prefix}-fresh`;
    await post(a, 'topup', { tenant_id: tenant, amount: 5 });
    await warm(b, tenant);
    await database.ownerPool.query(
      `UPDATE credits.accounts SET available = available - 1, spent = spent + 1 WHERE tenant_id = $1`,
      [tenant],
    );
    expect(await balanceOf(b, tenant)).toBe(5);
    expect(await balanceOf(b, tenant, '?fresh=1')).toBe(4);
    expect(await balanceOf(b, tenant)).toBe(4);
  });
}

describe('without Redis', () => {
  let apis: [TestApi, TestApi];
  beforeAll(async () => {
    apis = [await createTestApi({}, { database }), await createTestApi({}, { database })];
  });
  afterAll(() => Promise.all(apis.map((api) => api.close())));
  asPromised(() => apis, 'notify');

  test('an outage of the line is survived: nothing is believed for long, then everything again', async () => {
    const [a, b] = apis;
    await post(a, 'topup', { tenant_id: 'cut', amount: 10 });
    await warm(b, 'cut');
    await database.ownerPool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'assay-listen'`,
    );
    await post(a, 'consume', { tenant_id: 'cut', amount: 1 });
    expect(await seenAfterMs(b, 'cut', 9)).toBeLessThan(1_000);
    await warm(b, 'cut');
    await post(a, 'consume', { tenant_id: 'cut', amount: 1 });
    expect(await seenAfterMs(b, 'cut', 8)).toBeLessThan(1_000);
  });

  test('one look-up answers all who ask at the same time', async () => {
    const [a] = apis;
    await post(a, 'topup', { tenant_id: 'crowd', amount: 10 });
    const before = a.deps.balances.counts.hits.l3;
    const answers = await Promise.all(Array.from({ length: 50 }, () => balanceOf(a, 'crowd')));
    expect(new Set(answers)).toEqual(new Set([10]));
    expect(a.deps.balances.counts.hits.l3 - before).toBe(1);
  });

  test('the busiest tenants are read ahead, from the hours that were folded', async () => {
    const [a] = apis;
    for (const [tenant_id, topups] of [
      ['busy', 5],
      ['busier', 9],
      ['idle', 1],
    ] as const) {
      const operations = Array.from({ length: topups }, () => ({ op: 'topup', tenant_id, amount: 1 }));
      await post(a, 'batch', { mode: 'independent', operations });
    }
    await database.ownerPool.query(
      `INSERT INTO credits.hourly_summaries (tenant_id, hour, transfers)
       SELECT tenant_id, date_trunc('hour', now(), 'UTC'), 1000 + count(*) FROM credits.transfers
       WHERE tenant_id IN ('busy', 'busier', 'idle') GROUP BY 1`,
    );
    const { balances, pool } = a.deps;
    const counted = structuredClone(balances.counts);
    expect(await preloadBusiest(pool, balances, 2, new AbortController().signal)).toBe(2);
    expect(balances.counts).toEqual(counted);
    const before = balances.counts.hits.l1;
    expect([await balanceOf(a, 'busy'), await balanceOf(a, 'busier')]).toEqual([5, 9]);
    expect(balances.counts.hits.l1 - before).toBe(2);
  });

  test('balances of configured tenants are exported, of no others', async () => {
    const metrics = createMetrics();
    const end = watchBalances(apis[0].deps.balances, metrics, ['busy', 'nobody-yet']);
    try {
      await vi.waitFor(async () => {
        expect(await metrics.text()).toContain('credits_balance_current{tenant_id="busy"} 5');
      });
      expect((await metrics.text()).match(/^credits_balance_current\{/gm)).toHaveLength(1);
    } finally {
      end();
    }
  });

  test('hits and misses are exported by tier', async () => {
    const { text } = await apis[0].send('GET', '/metrics');
    expect(text).toMatch(/credits_cache_hits_total\{tier="l1"\} [1-9]/);
    expect(text).toMatch(/credits_cache_hits_total\{tier="l3"\} [1-9]/);
    expect(text).toMatch(/credits_cache_misses_total\{tier="l1"\} [1-9]/);
  });
});

describe.skipIf(redisUrl() === undefined)('with Redis', () => {
  let server: RedisServer;
  let apis: [TestApi, TestApi];
  beforeAll(async () => {
    server = (await startRedis())!;
    const env = { REDIS_CACHE_URL: server.url };
    apis = [await createTestApi(env, { database }), await createTestApi(env, { database })];
  });
  afterAll(async () => {
    await Promise.all(apis.map((api) => api.close()));
    await server.stop();
  });
  asPromised(() => apis, 'redis');

  test('what one process read another finds in Redis', async () => {
    const [a, b] = apis;
    await post(a, 'topup', { tenant_id: 'shared', amount: 10 });
    await sleep(100);
    await warm(b, 'notify-seen');
    await balanceOf(a, 'shared');
    await sleep(50);
    const { counts } = b.deps.balances;
    const before = structuredClone(counts.hits);
    expect(await balanceOf(b, 'shared')).toBe(10);
    expect([counts.hits.l2 - before.l2, counts.hits.l3 - before.l3]).toEqual([1, 0]);
  });

  test('an older balance never replaces a newer one in Redis, whoever is late', async () => {
    const [a] = apis;
    await post(a, 'topup', { tenant_id: 'order', amount: 10 });
    await balanceOf(a, 'order');
    await sleep(50);
    const redis = a.deps.redis!;
    const [name] = await redis.keys('*:balance:*:order');
    const put = (version: number, text: string) =>
      (redis as unknown as { putBalance(...args: unknown[]): Promise<number> }).putBalance(
        name,
        version,
        60_000,
        `${version}|${text}`,
      );
    expect(await put(9, 'newer')).toBe(1);
    expect(await put(8, 'older')).toBe(0);
    expect(await redis.get(name!)).toBe('9|newer');
    await redis.del(name!);
  });

  test('reconciliation finds a balance in Redis that is not the stored one', async () => {
    const [a] = apis;
    await post(a, 'topup', { tenant_id: 'wrong', amount: 10 });
    await balanceOf(a, 'wrong');
    await sleep(50);
    const { redis, pool, config } = a.deps;
    const count = mismatchCounter(config, { pool, redis })!;
    expect(await count()).toBe(0);
    const [name] = await redis!.keys('*:balance:*:wrong');
    await redis!.set(name!, (await redis!.get(name!))!.replace('"balance":10', '"balance":11'));
    expect(await count()).toBe(1);
    await redis!.del(name!);
  });

  test('flushed, stopped and started again: answers stay right and within a second', async () => {
    const [a, b] = apis;
    const tenant = 'outage';
    await post(a, 'topup', { tenant_id: tenant, amount: 100 });
    await warm(b, tenant);
    let balance = 100;
    const spend = async (when: string) => {
      await post(a, 'consume', { tenant_id: tenant, amount: 1 });
      balance -= 1;
      expect(await balanceOf(a, tenant), when).toBe(balance);
      expect(await seenAfterMs(b, tenant, balance), when).toBeLessThan(1_000);
    };
    await spend('running');
    await a.deps.redis!.flushall();
    await spend('flushed');
    const { port } = new URL(server.url);
    await server.stop();
    for (let i = 0; i < 5; i++) await spend('stopped');
    server = (await startRedis(Number(port)))!;
    for (let i = 0; i < 12; i++) {
      await spend('started again');
      await sleep(200);
    }
    await warm(b, tenant);
    await spend('as before');
  });
});
