import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { Selection } from './selection.ts';

const orNull = (value: unknown): number | null => (value === null ? null : Number(value));

/** @returns null when the dataset was deleted, and its selections with it. */
export async function loadSelection(db: Pool | ClientBase, selectionId: number): Promise<Selection | null> {
  const { rows } = await db.query(sql(import.meta.url, './sql/load-selection.sql'), [selectionId]);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    selectionId: Number(row.selection_id),
    datasetId: Number(row.dataset_id),
    datasetVersion: Number(row.dataset_version),
    sampleCount: Number(row.sample_count),
    repeatsKnown: row.repeats_known,
    windowFrom: orNull(row.window_from),
    windowTo: orNull(row.window_to),
    cutAt: orNull(row.cut_at),
    cutOrdinal: orNull(row.cut_ordinal),
  };
}
