import { afterAll, expect, test } from 'vitest';
import { sweepDue } from '../../src/ledger/maintenance/sweep-due.ts';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.ts';
import { Seeded } from '../../src/shadow/rules/test-support/seeded.ts';
import { createTestDatabase } from '../support/database.ts';
import {
  cancel,
  commit,
  consume,
  createTestLedger,
  refund,
  reserve,
  tell,
  topup,
} from '../support/ledger.ts';
import { controlLedgerClock } from '../support/ledger-clock.ts';

const database = await createTestDatabase();
afterAll(() => database.drop());
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

test(`whatever is done, verification finds nothing to object to (SEED=${seed})`, async () => {
  const random = new Seeded(seed);
  const upTo = (max: number) => 1 + random.below(max);
  const clock = await controlLedgerClock(database.ownerPool, Date.now());
  const ledger = createTestLedger(database.appPool);
  const holds: string[] = [];
  const spends: string[] = [];
  const pick = (from: string[]) => (from.length === 0 ? crypto.randomUUID() : random.pick(from));

  async function act(tenant: string, key: string | undefined): Promise<void> {
    const kind = random.below(10);
    if (kind < 2) {
      const expiresAtMs = random.chance(50) ? Infinity : clock.nowMs() + upTo(600_000);
      await tell(ledger, topup(tenant, upTo(200), { expiresAtMs, priority: upTo(3) }), key);
    } else if (kind < 5) {
      const { status, body } = await tell(ledger, consume(tenant, upTo(60)), key);
      if (status === 200) spends.push(String(body.transaction_id));
    } else if (kind < 7) {
      const { status, body } = await tell(ledger, reserve(tenant, upTo(60), upTo(400)), key);
      if (status === 200) holds.push(String(body.reservation_id));
    } else if (kind === 7) {
      const { status, body } = await tell(ledger, commit(tenant, pick(holds), upTo(40)), key);
      if (status === 200) spends.push(String(body.transaction_id));
    } else if (kind === 8) await tell(ledger, cancel(tenant, pick(holds)), key);
    else await tell(ledger, refund(tenant, pick(spends), upTo(30)), key);
  }

  try {
    for (let round = 0; round < 60; round++) {
      const acts = Array.from({ length: 25 }, (_, i) =>
        act(`t${upTo(4)}`, random.chance(30) ? `${round}-${i}` : undefined),
      );
      await Promise.all(acts);
      await clock.advance(upTo(60_000));
      if (round % 20 === 19) await sweepDue(database.appPool, ledger, new AbortController().signal);
    }
  } finally {
    await ledger.close();
  }
  const report = await verifyLedger(database.appPool, { idempotencyRetentionHours: 48 });
  expect(report.violations).toEqual([]);
  expect(report.transfers).toBeGreaterThan(500);
});
