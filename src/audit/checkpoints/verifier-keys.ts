import { sql } from '../../platform/database/sql.ts';
import type { Database } from '../tree/read-nodes.ts';

export interface NotedVerifierKey {
  /** In note form. */
  verifier_key: string;
  role: 'log' | 'witness';
}

/** Writes down the public half of a key in use, so that the API, which has no keys, can name it. */
export async function noteVerifierKey(db: Database, key: NotedVerifierKey): Promise<void> {
  await db.query(sql(import.meta.url, './sql/insert-verifier-key.sql'), [key.verifier_key, key.role]);
}

export async function listVerifierKeys(db: Database): Promise<NotedVerifierKey[]> {
  return (await db.query<NotedVerifierKey>(sql(import.meta.url, './sql/list-verifier-keys.sql'))).rows;
}
