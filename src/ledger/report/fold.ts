import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';

/**
 * Transfers younger than this stay out of the summaries. Completeness does not rest on it but on transaction numbers
 * (`sql/lock-progress.sql`); it covers a database clock that was set back, such as by a failover.
 */
const marginSeconds = 30;

/** A step covers so much time: at 10,000 transfers a second 6 million rows, which take about 5 s of the 30 allowed. */
const stepSeconds = 600;

/** Steps of one call, about four months of silence: the next call goes on. */
const stepsMax = 20_000;

interface Progress {
  folded_until: string;
  is_behind: boolean;
  is_settled: boolean;
  until: string;
  reaches: boolean;
  moment: string;
}

/**
 * Folds what was recorded since the last time into `credits.hourly_summaries`, exactly once: how far it went stands in
 * the same transaction. Any number of processes may call it, as often as they like; every half minute or so keeps the
 * part of the history that reports read themselves short.
 *
 * @returns the steps that were folded.
 */
export async function foldSummary(pool: Pool): Promise<number> {
  let folded = 0;
  // The first target was chosen by an earlier call, the second is now: most calls reach both.
  for (let targets = 0; targets < 2 && folded < stepsMax; ) {
    const step = await withTransaction(pool, foldStep);
    if (step === 'waits') return folded;
    if (step !== 'chose') folded += 1;
    if (step !== 'folded') targets += 1;
  }
  return folded;
}

/**
 * `waits`: a transaction that may still record something before the target runs. `folded`: part of the way.
 * `reached`: the target, and the next was chosen. `chose`: there was none.
 */
async function foldStep(client: ClientBase): Promise<'waits' | 'folded' | 'reached' | 'chose'> {
  const progress = await lockProgress(client);
  if (progress.is_behind) {
    if (!progress.is_settled) return 'waits';
    await client.query(sql(import.meta.url, './sql/fold-transfers.sql'), [
      progress.folded_until,
      progress.until,
    ]);
    await client.query(sql(import.meta.url, './sql/advance-progress.sql'), [progress.until]);
    if (!progress.reaches) return 'folded';
  }
  await client.query(sql(import.meta.url, './sql/choose-next.sql'), [progress.moment]);
  return progress.is_behind ? 'reached' : 'chose';
}

async function lockProgress(client: ClientBase): Promise<Progress> {
  const { rows } = await client.query<Progress>(sql(import.meta.url, './sql/lock-progress.sql'), [
    marginSeconds,
    stepSeconds,
  ]);
  return rows[0]!;
}
