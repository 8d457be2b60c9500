import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';

/** Two months and three days: a keeper that is away over a long weekend is not noticed. */
const monthsAhead = 2;
const daysAhead = 3;

export interface PartitionReport {
  /** Such as `transfers from 2026-11-01`. */
  made: string[];
  /** Days of idempotency keys that were dropped. */
  dropped: number;
  /** By parent table. */
  partitions: Record<string, { partitions: number; ahead: number }>;
}

/**
 * Makes the partitions of the months and days to come, moving rows out of the default ones where time got ahead of it,
 * and drops the days of idempotency keys that are past their retention. Harmless to repeat and to run twice at once.
 *
 * @param keeperPool connections as `assay_keeper`, who may call the functions that do it and nothing else.
 * @throws a lock timeout (55P03) when a table stayed busy for a second; the next run makes up for it.
 */
export async function keepPartitions(keeperPool: Pool, retentionHours: number): Promise<PartitionReport> {
  const made = await keeperPool.query<{ parent: string; starts: string }>({
    text: sql(import.meta.url, './sql/make-partitions.sql'),
    values: [monthsAhead, daysAhead],
  });
  const dropped = await keeperPool.query<{ dropped: number }>(
    sql(import.meta.url, './sql/drop-idempotency-days.sql'),
    [retentionHours],
  );
  const { rows } = await keeperPool.query<{ parent: string; partitions: number; ahead: number }>(
    sql(import.meta.url, './sql/count-partitions.sql'),
  );
  return {
    made: made.rows.map(({ parent, starts }) => `${parent} from ${starts}`),
    dropped: dropped.rows[0]!.dropped,
    partitions: Object.fromEntries(rows.map(({ parent, ...counts }) => [parent, counts])),
  };
}
