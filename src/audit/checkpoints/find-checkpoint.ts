import { sql } from '../../platform/database/sql.ts';
import type { Database } from '../tree/read-nodes.ts';

export interface PublishedCheckpoint {
  size: number;
  root_hash: Buffer;
  /** Signed note with the cosignatures there are. */
  note: string;
}

/** The newest published checkpoint, or the one of `size`. */
export async function findCheckpoint(db: Database, size?: number): Promise<PublishedCheckpoint | null> {
  const statement = sql(import.meta.url, './sql/find-checkpoint.sql');
  return (await db.query<PublishedCheckpoint>(statement, [size ?? null])).rows[0] ?? null;
}

/** The newest one that the witness of this name cosigned. */
export async function findCosignedCheckpoint(
  db: Database,
  keyName: string,
): Promise<PublishedCheckpoint | null> {
  const statement = sql(import.meta.url, './sql/find-cosigned-checkpoint.sql');
  return (await db.query<PublishedCheckpoint>(statement, [keyName])).rows[0] ?? null;
}
