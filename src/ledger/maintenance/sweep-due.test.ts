import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../tests/support/database.ts';
import { commit, createTestLedger, reserve, tell, topup } from '../../../tests/support/ledger.ts';
import { controlLedgerClock } from '../../../tests/support/ledger-clock.ts';
import { verifyLedger } from '../verify/verify-ledger.ts';
import { sweepDue } from './sweep-due.ts';

const database = await createTestDatabase();
afterAll(() => database.drop());
const never = new AbortController().signal;

test('writes down what is due, once, and corrects who was thought to have something due', async () => {
  const clock = await controlLedgerClock(database.ownerPool, Date.now());
  const ledger = createTestLedger(database.appPool);
  try {
    for (let i = 0; i < 250; i++)
      await tell(ledger, topup(`t${i}`, 100, { expiresAtMs: clock.nowMs() + 60_000 }));
    await tell(ledger, topup('calm', 10));
    const hold = await tell(ledger, reserve('calm', 4, 30));
    await tell(ledger, commit('calm', String(hold.body.reservation_id)));
    expect(await sweepDue(database.appPool, ledger, never)).toBe(0);

    await clock.advance(61_000);
    const racing = Promise.all([
      sweepDue(database.appPool, ledger, never),
      sweepDue(database.appPool, ledger, never),
    ]);
    expect(Math.max(...(await racing))).toBeGreaterThan(0);
    await sweepDue(database.appPool, ledger, never);
    const { rows } = await database.ownerPool.query(
      `SELECT count(*)::int AS expired, sum(amount)::int AS amount FROM credits.transfers WHERE type = 'expired'`,
    );
    expect(rows[0]).toEqual({ expired: 250, amount: 25_000 });
    const due = await database.ownerPool.query('SELECT FROM credits.accounts WHERE next_due_at IS NOT NULL');
    expect(due.rowCount).toBe(0);
    const report = await verifyLedger(database.appPool, { idempotencyRetentionHours: 48 });
    expect(report.violations).toEqual([]);
  } finally {
    await ledger.close();
  }
});
