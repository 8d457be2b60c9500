import type { Pool } from 'pg';
import { allowLongTransaction } from '../../platform/database/allow-long-transaction.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { datasetNamePattern } from './dataset-name.ts';

/**
 * Deletes a dataset with its samples; results of evaluations on it stay. Only the named owner's dataset: a tenant's
 * delete never reaches a shared one of the same name.
 *
 * @returns the number of samples that went with it, or null when there was no such dataset.
 */
export async function deleteDataset(pool: Pool, owner: string, name: string): Promise<number | null> {
  // A name that no upload could have given, such as one with U+0000, which PostgreSQL would not even read.
  if (!datasetNamePattern.test(name)) return null;
  return withTransaction(pool, async (client) => {
    await allowLongTransaction(client);
    const { rows } = await client.query<{ sample_count: number }>(
      sql(import.meta.url, './sql/delete-dataset.sql'),
      [owner, name],
    );
    return rows[0]?.sample_count ?? null;
  });
}
