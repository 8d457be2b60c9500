import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';

/** What every reader needs of a dataset; counts are those of `version`. */
export interface Dataset {
  datasetId: number;
  /** `*` for a dataset shared with every tenant. */
  tenantId: string;
  name: string;
  /** The number of uploads committed so far; at least 1. */
  version: number;
  sampleCount: number;
  attackCount: number;
}

interface Row {
  dataset_id: number;
  tenant_id: string;
  name: string;
  version: number;
  sample_count: number;
  attack_count: number;
}

/** The owner of datasets that every tenant may evaluate on. */
export const sharedOwner = '*';

/** The dataset a tenant means by `name`: its own first, then the shared one, else null. */
export async function resolveDataset(
  db: Pool | ClientBase,
  tenantId: string,
  name: string,
): Promise<Dataset | null> {
  const { rows } = await db.query<Row>(sql(import.meta.url, './sql/find-dataset.sql'), [tenantId, name]);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    datasetId: row.dataset_id,
    tenantId: row.tenant_id,
    name: row.name,
    version: row.version,
    sampleCount: row.sample_count,
    attackCount: row.attack_count,
  };
}
