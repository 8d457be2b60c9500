import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { sharedOwner } from './find-dataset.ts';

export interface DatasetSummary {
  name: string;
  /** Uploaded without a tenant: every tenant may evaluate on it. */
  shared: boolean;
  /** The number of uploads it is made of. */
  version: number;
  samples: number;
  attacks: number;
  benign: number;
  /** As stored, compressed. */
  sizeBytes: number;
  createdAt: Date;
  updatedAt: Date;
}

interface Row {
  name: string;
  tenant_id: string;
  version: number;
  sample_count: number;
  attack_count: number;
  size_bytes: number;
  created_at: Date;
  updated_at: Date;
}

/** More than a person reads and less than a response should be; datasets are made by hand. */
export const maxListedDatasets = 1000;

/** What a tenant may evaluate on, by name: its own datasets and the shared ones. */
export async function listDatasets(db: Pool | ClientBase, tenantId: string): Promise<DatasetSummary[]> {
  const { rows } = await db.query<Row>(sql(import.meta.url, './sql/list-datasets.sql'), [
    tenantId,
    maxListedDatasets,
  ]);
  return rows.map((row) => ({
    name: row.name,
    shared: row.tenant_id === sharedOwner,
    version: row.version,
    samples: row.sample_count,
    attacks: row.attack_count,
    benign: row.sample_count - row.attack_count,
    sizeBytes: row.size_bytes,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}
