import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import {
  cancel,
  commit,
  consume,
  createTestLedger,
  refund,
  reserve,
  tell,
  topup,
} from '../../../tests/support/ledger.ts';
import { controlLedgerClock } from '../../../tests/support/ledger-clock.ts';
import type { Ledger } from '../engine/create-ledger.ts';
import { register } from '../leases/register.ts';
import { type LedgerReport, verifyLedger, verifySnapshot } from './verify-ledger.ts';

const options = { idempotencyRetentionHours: 48 };
const dayMs = 86_400_000;

/** Two tenants with every kind of transfer; "busy" is the one that is corrupted. */
async function fill(database: TestDatabase): Promise<void> {
  const clock = await controlLedgerClock(database.ownerPool, Date.now());
  const ledger = createTestLedger(database.appPool);
  try {
    await tell(ledger, topup('calm', 50), 'calm-topup');
    await tell(ledger, topup('busy', 100, { expiresAtMs: clock.nowMs() + dayMs }), 'topup');
    await tell(ledger, topup('busy', 1_000));
    const spend = await tell(ledger, consume('busy', 130), 'consume');
    await tell(ledger, refund('busy', String(spend.body.transaction_id), 80));
    const held = async (amount: number) =>
      String((await tell(ledger, reserve('busy', amount))).body.reservation_id);
    await tell(ledger, commit('busy', await held(40), 25));
    await tell(ledger, cancel('busy', await held(10)));
    await held(20);
    await clock.advance(600_000);
    await held(30);
    await clock.advance(2 * dayMs);
    await tell(ledger, topup('busy', 7));
    await lease(database.appPool, ledger);
    await held(60);
    await tell(ledger, consume('busy', 1_000_000), 'refused');
  } finally {
    await ledger.close();
  }
}

/** Five leases: one runs, one was settled, one is unresolved, one was burned, one restored. */
async function lease(pool: Pool, ledger: Ledger): Promise<void> {
  const holder = { owner: '*', instance: 'pod', epoch: 1 };
  const registration = {
    owner: '*',
    instance: 'pod',
    incarnation: 'a',
    bootId: 'b',
    journal: new Map<string, number>(),
    ttlMs: 1,
  };
  await register({ pool, ledger }, registration, { requestId: 'r', actor: 'test' });
  const common = { tenantId: 'busy', ttlMs: 1_000 };
  const acquire = async () => {
    const leaseId = randomUUID();
    const told = await tell(ledger, { op: 'acquire', ...common, holder, leaseId, want: 20, min: 20 });
    expect(told.status).toBe(200);
    return leaseId;
  };
  const settle = (leaseId: string, cumulativeSpent: number, final: boolean) =>
    tell(ledger, { op: 'settle', ...common, leaseId, epoch: 1, cumulativeSpent, final });
  await settle(await acquire(), 5, false);
  await settle(await acquire(), 5, true);
  for (const how of [null, 'burn', 'restore'] as const) {
    const leaseId = await acquire();
    await settle(leaseId, 3, false);
    // Without a journal nobody knows what the former incarnation spent.
    await tell(ledger, { op: 'adopt', ...common, leaseId, epoch: 2, watermark: null });
    if (how !== null) await tell(ledger, { op: 'resolve', tenantId: 'busy', leaseId, how });
  }
}

const database = await createTestDatabase();
beforeAll(() => fill(database));
afterAll(() => database.drop());

test('a ledger of every kind of transfer is in order', async () => {
  const report = await verifyLedger(database.appPool, options);
  expect(report.violations).toEqual([]);
  expect(report).toMatchObject({ tenants: 2, totals: {}, negativeBalances: 0, conservationError: 0 });
  const types = await database.ownerPool.query(
    'SELECT DISTINCT type::text FROM credits.transfers ORDER BY 1',
  );
  expect(types.rows.map((row) => row.type)).toEqual([
    'cancel',
    'commit',
    'consume',
    'expired',
    'hold_expired',
    'lease',
    'lease_burned',
    'lease_lost',
    'lease_restored',
    'lease_returned',
    'lease_spent',
    'refund',
    'release',
    'reserve',
    'topup',
  ]);
});

/** One corruption each: what a defect, a restored backup or a hand in the database could do. */
const corruptions: [kind: string, invariant: string, statement: string][] = [
  ['number_gap', 'L6', `DELETE FROM credits.transfers WHERE tenant_id = 'busy' AND number = 4`],
  [
    'negative_balance',
    'L1',
    `UPDATE credits.transfers SET available_after = -3 WHERE tenant_id = 'busy' AND number = 5`,
  ],
  [
    'balance_after',
    'L2',
    `UPDATE credits.transfers SET amount = amount + 1, grant_amounts[1] = grant_amounts[1] + 1
     WHERE tenant_id = 'busy' AND number = 3`,
  ],
  [
    'time_order',
    'L6',
    `UPDATE credits.transfers SET effective_at = effective_at - interval '1 hour'
     WHERE tenant_id = 'busy' AND number = 5`,
  ],
  [
    'wrong_accounts',
    'L2',
    `UPDATE credits.transfers SET type = 'refund' WHERE tenant_id = 'busy' AND type = 'topup' AND number = 2`,
  ],
  [
    'slices',
    'L2',
    `UPDATE credits.transfers SET grant_amounts[1] = grant_amounts[1] - 1 WHERE tenant_id = 'busy' AND number = 3`,
  ],
  [
    'transfer_id',
    'L6',
    `UPDATE credits.transfers SET transfer_id = gen_random_uuid() WHERE tenant_id = 'busy' AND number = 6`,
  ],
  ['account_missing', 'L2', `DELETE FROM credits.accounts WHERE tenant_id = 'busy'`],
  [
    'account_balance',
    'L2',
    `UPDATE credits.accounts SET available = available + 5, issued = issued - 5 WHERE tenant_id = 'busy'`,
  ],
  ['account_version', 'L2', `UPDATE credits.accounts SET version = version + 1 WHERE tenant_id = 'busy'`],
  [
    'account_time',
    'L2',
    `UPDATE credits.accounts SET recorded_at = recorded_at - interval '1 s' WHERE tenant_id = 'busy'`,
  ],
  [
    'postings_unbalanced',
    'L2',
    `ALTER TABLE credits.accounts DROP CONSTRAINT postings_balance;
     UPDATE credits.accounts SET spent = spent - 1 WHERE tenant_id = 'busy'`,
  ],
  ['grant_missing', 'L2', `DELETE FROM credits.grants WHERE tenant_id = 'busy' AND amount = 7`],
  [
    'grant_topup',
    'L2',
    `UPDATE credits.grants SET amount = amount + 1 WHERE tenant_id = 'busy' AND amount = 1000`,
  ],
  [
    'grant_balance',
    'L2',
    `UPDATE credits.grants SET available = available - 1 WHERE tenant_id = 'busy' AND amount = 1000`,
  ],
  [
    'burned_after_expiry',
    'L4',
    `UPDATE credits.grants SET expires_at = created_at - interval '1 day'
     WHERE tenant_id = 'busy' AND amount = 100`,
  ],
  [
    'expired_too_early',
    'L4',
    `UPDATE credits.grants SET expires_at = 'infinity' WHERE tenant_id = 'busy' AND amount = 100`,
  ],
  [
    'grants_total',
    'L2',
    `UPDATE credits.grants SET available = available - 1 WHERE tenant_id = 'busy' AND amount = 1000`,
  ],
  [
    'holds_total',
    'L2',
    `UPDATE credits.holds SET amount = amount - 1 WHERE tenant_id = 'busy' AND state = 'pending'`,
  ],
  ['hold_missing', 'L4', `DELETE FROM credits.holds WHERE tenant_id = 'busy' AND state = 'committed'`],
  [
    'hold_reserve',
    'L4',
    `UPDATE credits.holds SET grant_amounts[1] = grant_amounts[1] + 1 WHERE tenant_id = 'busy' AND state = 'committed'`,
  ],
  [
    'hold_state',
    'L4',
    `UPDATE credits.holds SET state = 'cancelled' WHERE tenant_id = 'busy' AND state = 'committed'`,
  ],
  [
    'hold_ended_twice',
    'L4',
    `UPDATE credits.transfers SET type = 'commit' WHERE tenant_id = 'busy' AND type = 'release'`,
  ],
  [
    'hold_time',
    'L4',
    `UPDATE credits.holds SET expires_at = created_at WHERE tenant_id = 'busy' AND state = 'committed'`,
  ],
  [
    'hold_amount',
    'L4',
    `UPDATE credits.transfers SET amount = amount - 1 WHERE tenant_id = 'busy' AND type = 'cancel'`,
  ],
  ['lease_missing', 'I1', `DELETE FROM credits.leases WHERE state = 'settled'`],
  ['lease_granted', 'I1', `UPDATE credits.leases SET amount = amount + 1 WHERE state = 'active'`],
  ['lease_amounts', 'I1', `UPDATE credits.leases SET spent = spent + 1 WHERE state = 'active'`],
  ['lease_state', 'I1', `UPDATE credits.leases SET state = 'active' WHERE state = 'unresolved'`],
  ['leases_total', 'L2', `UPDATE credits.leases SET state = 'settled' WHERE state = 'active'`],
  [
    'refund_of_nothing',
    'L2',
    `UPDATE credits.transfers SET subject_id = gen_random_uuid() WHERE tenant_id = 'busy' AND type = 'refund'`,
  ],
  [
    'refund_exceeds_spend',
    'L2',
    `UPDATE credits.transfers SET grant_amounts[1] = 1000 WHERE tenant_id = 'busy' AND type = 'refund'`,
  ],
  ['due_too_late', 'L4', `UPDATE credits.accounts SET next_due_at = NULL WHERE tenant_id = 'busy'`],
  [
    'key_answered_twice',
    'L3',
    `INSERT INTO credits.idempotency_keys SELECT tenant_id, key_sha256, request_sha256, status,
     body, created_at + interval '47 hours' FROM credits.idempotency_keys WHERE tenant_id = 'busy' LIMIT 1`,
  ],
  [
    'key_status',
    'L3',
    `UPDATE credits.idempotency_keys SET status = 503 WHERE tenant_id = 'busy' AND status = 402`,
  ],
  [
    'answer_without_transfer',
    'L3',
    `UPDATE credits.idempotency_keys
     SET body = replace(body, '-7', '-6') WHERE tenant_id = 'busy' AND status = 200`,
  ],
];

describe('finds', () => {
  test.each(corruptions)('%s (%s)', async (kind, invariant, statement) => {
    const report = await corrupted(statement);
    const found = report.violations.filter((violation) => violation.kind === kind);
    expect(found, JSON.stringify(report.violations, undefined, 1)).not.toEqual([]);
    expect(found[0]).toMatchObject({ tenantId: 'busy', invariant });
    expect(found[0]!.says).toMatch(/\d/);
    expect(report.totals[kind]).toBe(found.length);
    expect(report.violations.filter((violation) => violation.tenantId !== 'busy')).toEqual([]);
  });
});

/** Corrupts, verifies and undoes it: all in one transaction of the owner. */
async function corrupted(statement: string): Promise<LedgerReport> {
  const client = await database.ownerPool.connect();
  try {
    await client.query('BEGIN');
    await client.query(statement);
    return await verifySnapshot(client, options);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

test('counts tenants below zero and the credits that were lost', async () => {
  const negative = await corrupted(
    `UPDATE credits.transfers SET available_after = -3 WHERE tenant_id = 'busy' AND number IN (5, 6)`,
  );
  expect(negative.negativeBalances).toBe(1);
  const lost = await corrupted(
    `UPDATE credits.accounts SET available = available + 5, issued = issued - 5 WHERE tenant_id = 'busy'`,
  );
  // Five more were issued than history has, and five more are available than the grants hold.
  expect(lost.conservationError).toBe(10);
  const sound = await verifyLedger(database.appPool, { ...options, tenantId: 'calm' });
  expect(sound).toMatchObject({ tenants: 1, transfers: 1, violations: [] });
});

test('ends at once when its process stops, also in the middle of a statement', async () => {
  const stop = new AbortController();
  const blocker = await database.ownerPool.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE credits.holds');
    const onCheck = (check: string) => {
      if (check === 'totals') setTimeout(() => stop.abort(new Error('stopping')), 50);
    };
    const started = performance.now();
    await expect(
      verifyLedger(database.appPool, { ...options, signal: stop.signal, onCheck }),
    ).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(10_000);
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
});
