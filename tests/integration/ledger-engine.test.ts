import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/engine/create-ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  cancel,
  commit,
  consume,
  createTestLedger,
  idempotencyOf,
  refund,
  reserve,
  tell,
  told,
  topup,
} from '../support/ledger.ts';

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = createTestLedger(database.appPool);
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

const envelope = { requestId: 'r', actor: 'test' };

async function accountOf(tenantId: string) {
  const { rows } = await database.ownerPool.query('SELECT * FROM credits.accounts WHERE tenant_id = $1', [
    tenantId,
  ]);
  return rows[0] as Record<string, number>;
}

test('credits are given, spent and refused beyond what is there', async () => {
  expect((await tell(ledger, topup('a', 100))).body).toMatchObject({ success: true, balance: 100 });
  expect((await tell(ledger, consume('a', 30))).body).toMatchObject({
    balance: 70,
    message: 'Successfully consumed 30 credits',
  });
  const short = await tell(ledger, consume('a', 71));
  expect(short).toMatchObject({ status: 402, body: { code: 'insufficient_credits', available: 70 } });
  expect(await accountOf('a')).toMatchObject({ available: 70, spent: 30, issued: -100, version: 2 });
});

test('a hold is committed in part, the rest comes back', async () => {
  await tell(ledger, topup('b', 100));
  const held = (await tell(ledger, reserve('b', 40))).body as { reservation_id: string };
  expect(held).toMatchObject({ balance: 100, available: 60 });
  expect((await tell(ledger, commit('b', held.reservation_id, 41))).body).toMatchObject({
    code: 'amount_exceeds_hold',
  });
  expect((await tell(ledger, commit('b', held.reservation_id, 15))).body).toMatchObject({
    balance: 85,
    available: 85,
  });
  expect((await tell(ledger, commit('b', held.reservation_id))).body).toMatchObject({
    code: 'hold_already_committed',
  });
  const again = (await tell(ledger, reserve('b', 85))).body as { reservation_id: string };
  expect((await tell(ledger, cancel('b', again.reservation_id))).body).toMatchObject({ available: 85 });
  expect((await tell(ledger, cancel('b', again.reservation_id))).body).toMatchObject({
    code: 'hold_already_cancelled',
  });
  expect((await tell(ledger, cancel('b', randomUUID()))).status).toBe(404);
});

test('grants burn by priority, then expiry, then age; a refund goes back in reverse', async () => {
  const soon = Date.now() + 60_000;
  const grantOf = async (request: ReturnType<typeof topup>) =>
    ((await tell(ledger, request)).body as { grant_id: string }).grant_id;
  const last = await grantOf(topup('c', 10, { priority: 5 }));
  const second = await grantOf(topup('c', 10));
  const first = await grantOf(topup('c', 10, { expiresAtMs: soon }));
  const spent = (await tell(ledger, consume('c', 25))).body as { transaction_id: string };
  const remaining = async () => {
    const { rows } = await database.ownerPool.query<{ grant_id: string; available: number }>(
      "SELECT grant_id, available FROM credits.grants WHERE tenant_id = 'c'",
    );
    return Object.fromEntries(rows.map((row) => [row.grant_id, row.available]));
  };
  expect(await remaining()).toEqual({ [first]: 0, [second]: 0, [last]: 5 });
  await tell(ledger, refund('c', spent.transaction_id, 7));
  expect(await remaining()).toEqual({ [first]: 0, [second]: 2, [last]: 10 });
  expect((await tell(ledger, refund('c', spent.transaction_id, 19))).body).toMatchObject({
    code: 'refund_exceeds_spend',
  });
  await tell(ledger, refund('c', spent.transaction_id));
  expect(await remaining()).toEqual({ [first]: 10, [second]: 10, [last]: 10 });
  expect((await tell(ledger, refund('c', spent.transaction_id))).status).toBe(409);
});

test('a spend reaches over a thousand small grants', async () => {
  await Promise.all(Array.from({ length: 1_000 }, () => tell(ledger, topup('d', 3))));
  expect((await tell(ledger, consume('d', 2_990))).body).toMatchObject({ balance: 10 });
  expect((await tell(ledger, consume('d', 11))).status).toBe(402);
});

test('a key is applied once, whatever its answer was', async () => {
  await tell(ledger, topup('e', 10), 'k1');
  expect(await tell(ledger, topup('e', 10), 'k1')).toMatchObject({ replayed: true, body: { balance: 10 } });
  expect((await tell(ledger, topup('e', 11), 'k1')).body).toMatchObject({ code: 'idempotency_key_reused' });
  const refusal = await tell(ledger, consume('e', 50), 'k2');
  await tell(ledger, topup('e', 100));
  expect(await tell(ledger, consume('e', 50), 'k2')).toEqual({ ...refusal, replayed: true });
  const unknown = await tell(ledger, consume('nobody', 1), 'k1');
  expect(unknown).toMatchObject({ status: 404, replayed: false });
  expect(await tell(ledger, consume('nobody', 1), 'k1')).toMatchObject({ status: 404, replayed: true });
  const both = await Promise.all([tell(ledger, consume('e', 1), 'k3'), tell(ledger, consume('e', 1), 'k3')]);
  expect(both[0]!.body).toEqual(both[1]!.body);
  expect(both.map(({ replayed }) => replayed).sort()).toEqual([false, true]);
});

test('an atomic batch is applied whole or not at all', async () => {
  await tell(ledger, topup('f', 100));
  await tell(ledger, topup('g', 5));
  const batch = (operations: Parameters<typeof tell>[1][], key: string | null = null) =>
    ledger.applyAtomically(
      operations.map((operation) => ({ operation, idempotency: null })),
      { tenantId: 'f', idempotency: key === null ? null : idempotencyOf(key, operations) },
      envelope,
    );
  const failed = told(await batch([consume('f', 10), reserve('f', 20), consume('g', 6)], 'batch'));
  expect(failed).toMatchObject({
    status: 402,
    body: { failed_index: 2, applied: 0, code: 'insufficient_credits' },
  });
  expect(await accountOf('f')).toMatchObject({ available: 100, version: 1 });
  const applied = told(await batch([consume('f', 10), reserve('f', 20), consume('g', 5)]));
  expect(applied).toMatchObject({
    status: 200,
    body: { results: [{ status: 200 }, { status: 200 }, { status: 200 }] },
  });
  expect(await accountOf('f')).toMatchObject({ available: 70, held: 20, version: 3 });
  const replay = told(await batch([consume('f', 10), reserve('f', 20), consume('g', 6)], 'batch'));
  expect(replay).toEqual({ ...failed, replayed: true });
});

test('expiries are posted when they are due, dated when they were', async () => {
  await database.ownerPool.query(
    `CREATE TABLE public.clock_offset (ms bigint);
     INSERT INTO public.clock_offset VALUES (0);
     GRANT SELECT ON public.clock_offset TO assay_app;
     CREATE OR REPLACE FUNCTION credits.clock() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN
       date_trunc('milliseconds', clock_timestamp()) + (SELECT ms FROM public.clock_offset) * interval '1 millisecond'`,
  );
  const advance = (ms: number) =>
    database.ownerPool.query('UPDATE public.clock_offset SET ms = ms + $1', [ms]);
  const now = Date.now();
  await tell(ledger, topup('h', 50, { expiresAtMs: now + 60_000 }));
  await tell(ledger, topup('h', 50));
  const hold = (await tell(ledger, reserve('h', 60, 120))).body as { reservation_id: string };
  await advance(90_000);
  // The pinned slice of the expired grant does not expire while it is held.
  expect((await tell(ledger, consume('h', 1))).body).toMatchObject({ balance: 99 });
  await advance(60_000);
  expect(await tell(ledger, commit('h', hold.reservation_id))).toMatchObject({
    status: 410,
    body: { code: 'hold_expired' },
  });
  expect(await accountOf('h')).toMatchObject({ available: 49, held: 0, expired: 50, spent: 1 });
  const { rows } = await database.ownerPool.query<{ type: string; early: boolean }>(
    `SELECT type, effective_at < recorded_at AS early FROM credits.transfers WHERE tenant_id = 'h' ORDER BY number`,
  );
  expect(rows.slice(-2)).toEqual([
    { type: 'hold_expired', early: true },
    { type: 'expired', early: true },
  ]);
});

test('a key is new again once its retention is over', async () => {
  const short = createTestLedger(database.appPool, { retentionSeconds: 0 });
  await tell(short, topup('i', 10), 'k');
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await tell(short, topup('i', 10), 'k')).toMatchObject({ replayed: false, body: { balance: 20 } });
  await short.close();
});

test('a queue that is full says so instead of growing', async () => {
  const small = createTestLedger(database.appPool, { pendingMax: 1 });
  const first = tell(small, topup('j', 10));
  await expect(tell(small, topup('j', 10))).rejects.toMatchObject({ status: 503, code: 'overloaded' });
  await first;
  await small.close();
  await expect(tell(small, topup('j', 10))).rejects.toMatchObject({ status: 503 });
});

test('what a listener does wrong is not the fault of what was committed: it is answered, and applied once', async () => {
  const own = createTestLedger(database.appPool, { lanes: 1 });
  await tell(own, topup('listened', 10));
  const thrown = new Promise((resolve) => process.once('unhandledRejection', resolve));
  let calls = 0;
  own.onCommitted(() => {
    calls += 1;
    if (calls === 1) throw new Error('a fault of a listener');
  });
  const answers = await Promise.all([tell(own, consume('listened', 1)), tell(own, consume('listened', 1))]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await thrown).toMatchObject({ message: 'a fault of a listener' });
  expect(await tell(own, consume('listened', 1))).toMatchObject({ status: 200, body: { balance: 7 } });
  await own.close();
});

test('operations that are applied one by one are let in together or not at all', async () => {
  const own = createTestLedger(database.appPool, { pendingMax: 3 });
  await tell(own, topup('admitted', 10));
  const requests = Array.from({ length: 8 }, () => ({
    operation: consume('admitted', 1),
    idempotency: null,
  }));
  const first = own.applyEach(requests, envelope);
  await expect(own.applyEach(requests, envelope)).rejects.toMatchObject({ code: 'overloaded', status: 503 });
  expect((await first).every((outcome) => outcome.status === 'fulfilled')).toBe(true);
  expect(await accountOf('admitted')).toMatchObject({ available: 2 });
  await own.close();
});
