import type { ClientBase } from 'pg';
import { databaseFaultOf } from '../../platform/database/database-fault.ts';
import { textArray } from '../../platform/database/exchange/binary-array.ts';
import { exchangeWithin, type Statement } from '../../platform/database/exchange/exchange.ts';
import type { Account } from '../book/entities.ts';
import type { BatchFacts } from './batch-facts.ts';
import { type Decisions, decideUnits, noDecisions, type RenderRefusal } from './decide-batch.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { FateUnknownError } from './fate-unknown-error.ts';
import { postDueExpiries } from './read-due.ts';
import { readFacts } from './read-facts.ts';
import { readMoreGrants } from './read-more-grants.ts';
import { rollback, statement } from './statements.ts';
import type { Unit } from './unit.ts';
import { wantedFacts } from './wanted-facts.ts';
import { writeStatements } from './write-batch.ts';

export interface TransactOptions {
  render: RenderRefusal;
  /** How long an idempotency key is remembered. */
  retentionSeconds: number;
  /** Whether refused operations are written to the audit log. */
  logRefusals: boolean;
  /** The longest the server may be silent. */
  answerTimeoutMs: number;
}

/** What a transaction came to, once it is committed. */
export interface Committed {
  decisions: Decisions;
  /** The accounts it changed, as they are now. */
  accounts: Account[];
  /** The database's time of the batch. */
  nowMs: number;
  /** By what to tell later that it was committed. */
  evidence: Evidence | null;
}

/** Grants read at a time for tenants whose first ones do not reach: each round asks for eight times as many. */
const moreGrants = { first: 64, factor: 8, max: 4_096 } as const;

/**
 * One transaction for many units: lock and read in one round trip, decide in memory, write and commit in another. Due
 * expiries and long rows of small grants cost a round trip more.
 *
 * @throws FateUnknownError when the connection broke after COMMIT was sent.
 * @throws whatever the database says; then nothing was changed, and the connection is back outside a transaction or broken.
 */
export async function transact(
  client: ClientBase,
  units: readonly Unit[],
  options: TransactOptions,
): Promise<Committed> {
  try {
    const facts = await lockAndRead(client, units, options);
    await postDueExpiries(client, facts, options.answerTimeoutMs);
    const decisions = await decide(client, units, facts, options);
    await write(client, writeStatements(facts, decisions, options.logRefusals), facts, options, () =>
      committed(facts, decisions),
    );
    return committed(facts, decisions);
  } catch (error) {
    if (!(error instanceof FateUnknownError)) await rollBack(client, options.answerTimeoutMs);
    throw error;
  }
}

/** A broken connection has rolled back by itself, and says so to whoever uses it next. */
async function rollBack(client: ClientBase, timeoutMs: number): Promise<void> {
  await exchangeWithin(client, [rollback], timeoutMs).catch(() => {});
}

async function lockAndRead(
  client: ClientBase,
  units: readonly Unit[],
  { retentionSeconds, answerTimeoutMs }: TransactOptions,
): Promise<BatchFacts> {
  const wanted = wantedFacts(units);
  const facts = await readFacts(client, wanted, retentionSeconds, answerTimeoutMs);
  if (!('rowsMissing' in facts)) return facts;
  // Outside the transaction and committed at once: rows made under the locks of others could wait in a circle.
  await exchangeWithin(client, [rollback], answerTimeoutMs);
  await exchangeWithin(client, [statement('make-accounts', [textArray(facts.rowsMissing)])], answerTimeoutMs);
  const again = await readFacts(client, wanted, retentionSeconds, answerTimeoutMs);
  if ('rowsMissing' in again) throw new Error('an account row that was just made is not there');
  return again;
}

async function decide(
  client: ClientBase,
  units: readonly Unit[],
  facts: BatchFacts,
  options: TransactOptions,
): Promise<Decisions> {
  const decisions = noDecisions();
  let waiting = units;
  for (let count: number = moreGrants.first; ; count = Math.min(count * moreGrants.factor, moreGrants.max)) {
    const left = decideUnits(waiting, facts, options.render, decisions);
    waiting = left.waiting;
    if (waiting.length === 0) return decisions;
    const short = [...left.short].map((tenantId) => facts.books.get(tenantId)!);
    await readMoreGrants(client, short, count, options.answerTimeoutMs);
  }
}

async function write(
  client: ClientBase,
  statements: readonly Statement[],
  facts: BatchFacts,
  { answerTimeoutMs }: TransactOptions,
  ifCommitted: () => Committed,
): Promise<void> {
  try {
    await exchangeWithin(client, statements, answerTimeoutMs);
  } catch (error) {
    // An error the server tells is told before COMMIT or instead of it. A lost connection tells nothing.
    if (databaseFaultOf(error) !== 'unavailable') throw error;
    throw new FateUnknownError(facts.transactionId, ifCommitted(), error);
  }
}

function committed(facts: BatchFacts, decisions: Decisions): Committed {
  const changed = [...facts.books.values()].filter((book) => book.isChanged);
  return {
    decisions,
    accounts: changed.map((book) => book.account),
    nowMs: facts.nowMs,
    evidence: evidenceOf(facts, decisions),
  };
}
