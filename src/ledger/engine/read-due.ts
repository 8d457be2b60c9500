import type { ClientBase } from 'pg';
import { textArray, timestampArray } from '../../platform/database/exchange/binary-array.ts';
import { exchangeWithin } from '../../platform/database/exchange/exchange.ts';
import { expireDue } from '../book/expire-due.ts';
import type { BatchFacts } from './batch-facts.ts';
import { takeGrants, takeHolds } from './read-facts.ts';
import { milliseconds } from './rows.ts';
import { statement } from './statements.ts';

/** Posts what became due of the batch's tenants before anything of the batch is decided. Most batches have nothing due. */
export async function postDueExpiries(
  client: ClientBase,
  facts: BatchFacts,
  answerTimeoutMs: number,
): Promise<void> {
  const due = [...facts.books.values()].filter((book) => book.account.nextDueAtMs <= book.nowMs);
  if (due.length === 0) return;
  const values = [
    textArray(due.map((book) => book.account.tenantId)),
    timestampArray(due.map((book) => book.nowMs)),
  ];
  const reads = ['due-grants', 'due-holds', 'grants-of-due-holds', 'next-due'].map((file) =>
    statement(file, values),
  );
  const results = await exchangeWithin(client, reads, answerTimeoutMs);
  const [grants = [], holds = [], grantsOfHolds = [], next = []] = results;
  takeGrants(facts, grants);
  takeGrants(facts, grantsOfHolds);
  takeHolds(facts, holds);
  for (const [tenantId, nextMs] of next) {
    expireDue(facts.books.get(tenantId!)!, milliseconds(nextMs, Infinity));
  }
}
