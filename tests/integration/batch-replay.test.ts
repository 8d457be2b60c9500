import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { applyEach } from '../../src/api/routes/credits/apply-each.ts';
import { laneOf } from '../../src/ledger/engine/lane-of.ts';
import { createTestDatabase } from '../support/database.ts';
import { consume, createTestLedger, idempotencyOf, tell, topup } from '../support/ledger.ts';

const database = await createTestDatabase();
afterAll(() => database.drop());

const lanes = 2;
/** Tenants of two lanes, so that one may be kept waiting. */
const [slow, quick] = [0, 1].map((lane) => {
  for (let i = 0; ; i++) if (laneOf(`tenant-${i}`, lanes) === lane) return `tenant-${i}`;
}) as [string, string];

test('a batch that was refused after its key was claimed is no replay when it is applied, and one afterwards', async () => {
  const ledger = createTestLedger(database.appPool, { lanes, pendingMax: 4 });
  await tell(ledger, topup(slow, 100));
  await tell(ledger, topup(quick, 100));
  const envelope = () => ({ requestId: randomUUID(), actor: 'test' });
  const operations = [consume(quick, 1), consume(quick, 1_000)].map((operation, i) => ({
    operation,
    idempotency: idempotencyOf(`batch ${i}`, 'batch'),
  }));
  const batch = { tenantId: quick, idempotency: idempotencyOf('batch', 'batch') };
  const send = () => applyEach(ledger, operations, batch, envelope());

  const blocker = await database.ownerPool.connect();
  await blocker.query('BEGIN');
  await blocker.query('SELECT FROM credits.accounts WHERE tenant_id = $1 FOR UPDATE', [slow]);
  const first = send();
  const others = Array.from({ length: 8 }, () => ({ operation: consume(slow, 1), idempotency: null }));
  const full = ledger.applyEach(others, envelope());
  await expect(first).rejects.toMatchObject({ status: 503, code: 'overloaded' });
  await blocker.query('ROLLBACK');
  blocker.release();
  await full;

  const applied = await send();
  expect([applied.status, applied.replayed]).toEqual([200, false]);
  expect(JSON.parse(applied.body).results.map(({ status }: { status: number }) => status)).toEqual([
    200, 402,
  ]);
  expect(await send()).toEqual({ ...applied, replayed: true });
  expect(await tell(ledger, consume(quick, 1))).toMatchObject({ body: { balance: 98 } });
  await ledger.close();
});
