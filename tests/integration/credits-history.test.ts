import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldSummary } from '../../src/ledger/report/fold.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';
import { controlLedgerClock, type LedgerClock } from '../support/ledger-clock.ts';
import { LedgerTraffic } from '../support/ledger-traffic.ts';

const startMs = Date.UTC(2026, 0, 10, 22, 30);
let api: TestApi;
let clock: LedgerClock;
beforeAll(async () => {
  api = await createTestApi({}, { clock: () => clock.nowMs() });
  clock = await controlLedgerClock(api.database.ownerPool, startMs);
});
afterAll(() => api.close());

const key = testAdminKey;
const get = (path: string, query: Record<string, string | number>) => {
  const texts = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  return api.send('GET', `/credits/${path}?${new URLSearchParams(texts)}`, { key });
};
const post = async (op: string, body: object) => {
  const answer = await api.send('POST', `/credits/${op}`, { key, body });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};

describe('history', () => {
  test('says of each transfer what it moved, what was left and which grants it concerned', async () => {
    const topup = await post('topup', {
      tenant_id: 'one',
      amount: 100,
      description: 'first',
      reference: 'r-1',
    });
    const spend = await post('consume', { tenant_id: 'one', amount: 30 });
    const { body } = await get('history', { tenant_id: 'one' });
    const created_at = new Date(clock.nowMs()).toISOString();
    const grants = (amount: number) => [{ grant_id: topup.grant_id, amount }];
    expect(body).toEqual({
      transactions: [
        {
          transaction_id: spend.transaction_id,
          type: 'consume',
          amount: 30,
          balance_after: 70,
          description: null,
          reference: null,
          grants: grants(30),
          created_at,
        },
        {
          transaction_id: topup.transaction_id,
          type: 'topup',
          amount: 100,
          balance_after: 100,
          description: 'first',
          reference: 'r-1',
          grants: grants(100),
          created_at,
        },
      ],
      next_cursor: null,
    });
  });

  test('pages neither repeat nor skip while others write, all in one millisecond', async () => {
    await post('topup', { tenant_id: 'pages', amount: 1_000 });
    const operations = Array.from({ length: 120 }, () => ({ op: 'consume', tenant_id: 'pages', amount: 1 }));
    await post('batch', { mode: 'independent', operations });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: Record<string, string | number> = { tenant_id: 'pages', limit: 25 };
      if (cursor !== '') query.cursor = cursor;
      const { body } = await get('history', query);
      seen.push(...body.transactions.map((entry: { transaction_id: string }) => entry.transaction_id));
      cursor = body.next_cursor;
      await post('consume', { tenant_id: 'pages', amount: 1 });
      await clock.advance(1);
    }
    const { rows } = await api.database.ownerPool.query(
      `SELECT transfer_id FROM credits.transfers WHERE tenant_id = 'pages' AND number <= 121 ORDER BY number DESC`,
    );
    expect(seen).toEqual(rows.map((row) => row.transfer_id));
  });

  test('by type and by time; the start is included, the end is not', async () => {
    await post('topup', { tenant_id: 'when', amount: 50 });
    await clock.advance(1_000);
    const fromMs = clock.nowMs();
    await post('consume', { tenant_id: 'when', amount: 1 });
    await post('topup', { tenant_id: 'when', amount: 50 });
    await clock.advance(1_000);
    await post('consume', { tenant_id: 'when', amount: 2 });
    const span = { from: new Date(fromMs).toISOString(), to: new Date(clock.nowMs()).toISOString() };
    const amounts = async (query: object) =>
      (await get('history', { tenant_id: 'when', ...query })).body.transactions.map(
        (t: { amount: number }) => t.amount,
      );
    expect(await amounts(span)).toEqual([50, 1]);
    expect(await amounts({ type: 'consume' })).toEqual([2, 1]);
    expect(await amounts({ type: 'consume', limit: 1 })).toEqual([2]);
    expect(await amounts({ type: 'refund' })).toEqual([]);
    expect(await amounts({ ...span, type: 'topup' })).toEqual([50]);
  });

  test.each([
    ['limit', '0'],
    ['limit', '1001'],
    ['limit', '1.5'],
    ['cursor', 'abc'],
    ['type', 'purchase'],
    ['from', '2026'],
    ['unknown', '1'],
  ])('%s=%s is refused', async (name, value) => {
    const answer = await get('history', { tenant_id: 'one', [name]: value });
    expect([answer.status, answer.body.errors[0].location]).toEqual([400, `query.${name}`]);
  });

  test('of a tenant that is not there, or not the key’s, there is none', async () => {
    expect((await get('history', { tenant_id: 'nobody' })).status).toBe(404);
    const other = await api.key({ scopes: ['credits:read'], tenantId: 'other' });
    expect((await api.send('GET', '/credits/history?tenant_id=one', { key: other })).status).toBe(404);
  });
});

describe('report', () => {
  const day = { from: '2026-01-01T00:00:00Z', to: '2026-01-31T00:00:00Z' };

  test('equals a plain recount, however often and whenever hours are folded', async () => {
    const seed = Math.floor(Math.random() * 1e9);
    console.info(`seed ${seed}`);
    const traffics = ['sum-1', 'sum-2'].map((tenant, i) => new LedgerTraffic(api, clock, tenant, seed + i));
    const { random } = traffics[0]!;
    for (const traffic of traffics) await traffic.post('topup', { amount: 500 });
    for (let step = 0; step < 80; step++) {
      for (const traffic of traffics) await traffic.step();
      await clock.advance(random.below(1_200_000));
      if (random.chance(30)) await foldSummary(api.deps.pool);
      if (random.chance(10)) await Promise.all([1, 2, 3].map(() => foldSummary(api.deps.pool)));
      if (step % 20 === 19) {
        for (const tenant of ['sum-1', 'sum-2']) {
          for (const bucket of ['hour', 'day']) {
            const { body } = await get('report', { tenant_id: tenant, bucket, ...day });
            expect(body.buckets, `seed ${seed}, step ${step}, ${tenant}, ${bucket}`).toEqual(
              await recount(tenant, bucket),
            );
          }
        }
      }
    }
    const { rows } = await api.database.ownerPool.query(
      `SELECT (SELECT sum(transfers) FROM credits.hourly_summaries)::int AS folded,
              (SELECT count(*) FROM credits.transfers, credits.summary_progress WHERE recorded_at <= folded_until)::int AS due`,
    );
    expect(rows[0].folded).toBeGreaterThan(100);
    expect(rows[0].folded).toBe(rows[0].due);
  });

  /** From the rows of the history, by arithmetic of the test's own. */
  async function recount(tenant: string, bucket: string) {
    const { rows } = await api.database.ownerPool.query(
      `SELECT type, amount, effective_at FROM credits.transfers WHERE tenant_id = $1`,
      [tenant],
    );
    const length = bucket === 'hour' ? 13 : 10;
    const buckets = new Map<string, Record<string, number>>();
    for (const { type, amount, effective_at } of rows) {
      const start = `${effective_at.toISOString().slice(0, length)}${bucket === 'hour' ? ':' : 'T00:'}00:00.000Z`;
      const sums = buckets.get(start) ?? { spent: 0, purchased: 0, refunded: 0, expired: 0, count: 0 };
      const field = {
        consume: 'spent',
        commit: 'spent',
        topup: 'purchased',
        refund: 'refunded',
        expired: 'expired',
      }[type as string];
      if (field !== undefined) sums[field]! += Number(amount);
      sums.count! += 1;
      buckets.set(start, sums);
    }
    return [...buckets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([start, sums]) => ({ start, ...sums }));
  }

  test('an expiry that is written down late adds to the hour in which it was due', async () => {
    const expires_at = new Date(clock.nowMs() + 600_000).toISOString();
    await post('topup', { tenant_id: 'late', amount: 10, expires_at });
    await clock.advance(7_200_000);
    await foldSummary(api.deps.pool);
    await clock.advance(60_000);
    await post('topup', { tenant_id: 'late', amount: 1 });
    const due = `${expires_at.slice(0, 13)}:00:00.000Z`;
    for (let fold = 0; fold < 2; fold++) {
      const { body } = await get('report', { tenant_id: 'late' });
      expect(body.buckets.find((one: { start: string }) => one.start === due)).toMatchObject({ expired: 10 });
      await clock.advance(120_000);
      await foldSummary(api.deps.pool);
    }
  });

  test('a transaction that is still open when its time is folded is not lost', async () => {
    await post('topup', { tenant_id: 'open', amount: 10 });
    await clock.advance(60_000);
    await foldSummary(api.deps.pool);
    const slow = await api.database.appPool.connect();
    try {
      await slow.query('BEGIN');
      await slow.query(`SELECT FROM credits.accounts WHERE tenant_id = 'open' FOR UPDATE`);
      await slow.query(
        `INSERT INTO credits.transfers SELECT tenant_id, 2, gen_random_uuid(), type, from_account, to_account, 5, credits.clock(),
           credits.clock(), 15, 0, 0, 0, 0, 0, '{}', '{}' FROM credits.transfers WHERE tenant_id = 'open'`,
      );
      await clock.advance(600_000);
      await foldSummary(api.deps.pool);
      await clock.advance(600_000);
      await foldSummary(api.deps.pool);
      await slow.query('COMMIT');
    } finally {
      slow.release();
    }
    const sums = async () => {
      const { body } = await get('report', { tenant_id: 'open' });
      return body.buckets.reduce((sum: number, one: { purchased: number }) => sum + one.purchased, 0);
    };
    expect(await sums()).toBe(15);
    await foldSummary(api.deps.pool);
    await clock.advance(60_000);
    await foldSummary(api.deps.pool);
    expect(await sums()).toBe(15);
  });

  test.each([
    [{ from: '2026-01-02T00:00:00Z', to: '2026-01-02T00:00:00Z' }, 'query.from'],
    [{ from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' }, 'query.from'],
    [{ bucket: 'week' }, 'query.bucket'],
    [{ to: 'now' }, 'query.to'],
  ])('%o is refused', async (query, location) => {
    const answer = await get('report', { tenant_id: 'late', ...query } as Record<string, string>);
    expect([answer.status, answer.body.errors[0].location]).toEqual([400, location]);
  });

  test('of nobody there is none', async () => {
    expect((await get('report', { tenant_id: 'nobody' })).status).toBe(404);
  });
});
