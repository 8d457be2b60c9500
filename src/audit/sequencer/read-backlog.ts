import { sql } from '../../platform/database/sql.ts';
import type { Database } from '../tree/read-nodes.ts';

export interface Backlog {
  /** Events in the outbox; an upper bound that is exact unless ids were left out or come late. */
  waiting: number;
  /** Entries in the log. */
  size: number;
  /** Size of the newest checkpoint; null before the first. */
  published: number | null;
}

export async function readBacklog(db: Database): Promise<Backlog> {
  const { rows } = await db.query<Backlog>(sql(import.meta.url, './sql/read-backlog.sql'));
  return rows[0]!;
}
