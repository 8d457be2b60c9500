import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';

/** Partitions exist for this month and so many after it: a keeper that is down for a month costs nothing. */
const monthsAhead = 2;

/**
 * Makes the partitions that will be needed.
 *
 * @param pool connections as `assay_keeper`.
 * @returns how many were made.
 */
export async function keepMonths(pool: Pool, now: Date): Promise<number> {
  let made = 0;
  for (let ahead = 0; ahead <= monthsAhead; ahead++) {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
    const { rows } = await pool.query<{ made: boolean }>(sql(import.meta.url, './sql/make-month.sql'), [
      dateOf(month),
    ]);
    if (rows[0]!.made) made++;
  }
  return made;
}

/** The day alone, as PostgreSQL reads it. */
export function dateOf(day: Date): string {
  return day.toISOString().slice(0, 10);
}
