import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestAnswer, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { controlLedgerClock, type LedgerClock } from '../support/ledger-clock.ts';
import { recountLedger } from '../support/ledger-recount.ts';
import { type Call, readCall, readTwoPhaseRows, type TwoPhaseRow } from './two-phase-rows.ts';

const rows = readTwoPhaseRows();

let database: TestDatabase;
let clock: LedgerClock;
let api: TestApi;
let key: string;
beforeAll(async () => {
  database = await createTestDatabase();
  clock = await controlLedgerClock(database.ownerPool, Date.UTC(2031, 0, 31, 23, 59));
  api = await createTestApi({}, { database, clock: clock.nowMs });
  key = await api.key();
});
afterAll(async () => {
  await api?.close();
  await database.drop();
});

/** The calls of one row, on a tenant of its own. */
class Conversation {
  readonly tenantId = `row-${randomUUID()}`;
  readonly #latest = new Map<string, string>();

  async make(call: Call): Promise<TestAnswer | undefined> {
    if (call.verb === 'wait') {
      await clock.advance(call.forMs!);
      return undefined;
    }
    const answer = await api.send('POST', `/credits/${call.verb}`, { key, body: this.#bodyOf(call) });
    const { reservation_id: holdId, transaction_id: transactionId } = answer.body ?? {};
    if (holdId !== undefined) this.#latest.set('hold', holdId);
    const isSpend = call.verb === 'consume' || call.verb === 'commit';
    if (transactionId !== undefined) this.#latest.set(isSpend ? 'spend' : call.verb, transactionId);
    return answer;
  }

  #bodyOf({ verb, about = 'spend', amount, forMs, key: idempotency_key }: Call): Record<string, unknown> {
    const common = { tenant_id: this.tenantId, idempotency_key, amount };
    if (verb === 'topup' && forMs !== undefined)
      return { ...common, expires_at: new Date(clock.nowMs() + forMs).toISOString() };
    if (verb === 'reserve')
      return { ...common, ttl_seconds: forMs === undefined ? undefined : forMs / 1_000 };
    if (verb === 'refund') return { ...common, transaction_id: this.#idOf(about) };
    if (verb === 'commit' || verb === 'cancel') return { ...common, reservation_id: this.#idOf('hold') };
    return common;
  }

  #idOf(what: string): string {
    return this.#latest.get(what) ?? randomUUID();
  }
}

async function check(row: TwoPhaseRow): Promise<void> {
  const conversation = new Conversation();
  let answer: TestAnswer | undefined;
  const texts = new Map<string, string>();
  for (const call of row.calls.map(readCall)) {
    answer = (await conversation.make(call)) ?? answer;
    if (call.key === undefined) continue;
    const replayed = answer!.headers.get('idempotent-replayed') === 'true';
    if (replayed) expect(answer!.text).toBe(texts.get(call.key));
    texts.set(call.key, answer!.text);
  }
  const replayed = answer!.headers.get('idempotent-replayed') === 'true';
  expect([answer!.status, answer!.body.code, replayed], answer!.text).toEqual([
    row.status,
    row.code,
    row.replayed,
  ]);
  const balance = await api.send('GET', `/credits/balance/${conversation.tenantId}`, { key });
  if (row.left === null) return expect(balance.status).toBe(404);
  const { available, reserved_funds: held } = balance.body;
  expect({ available, held }).toEqual(row.left);
}

describe('the two-phase table of docs/reference/credits.md', () => {
  test('has rows, none twice', () => {
    expect(rows.length).toBeGreaterThan(50);
    expect(new Set(rows.map(({ situation }) => situation)).size).toBe(rows.length);
    expect(new Set(rows.map(({ calls }) => calls.join())).size).toBe(rows.length);
  });

  test.each(rows)('$situation', check);

  test('the tables behind it hold L1 to L6', async () => {
    expect(await recountLedger(database.ownerPool)).toEqual([]);
  });
});
