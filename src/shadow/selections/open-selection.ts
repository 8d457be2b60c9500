import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { SelectionRequest } from './selection.ts';

/**
 * Finds or works out a selection: how many samples it holds and where it is cut off. The row is shared by every
 * evaluation of the same samples.
 *
 * @returns null when no sample is selected; nothing is stored then.
 */
export async function openSelection(
  db: Pool | ClientBase,
  request: SelectionRequest,
): Promise<{ selectionId: number; sampleCount: number } | null> {
  const { datasetId, datasetVersion, windowFrom, windowTo, sampleSize } = request;
  const window = [datasetId, datasetVersion, windowFrom, windowTo];
  const known = await find(db, request);
  if (known !== null) return known;

  const counted = await db.query(sql(import.meta.url, './sql/count-samples.sql'), window);
  const inWindow = Number(counted.rows[0].sample_count);
  if (inWindow === 0) return null;

  const isCut = sampleSize !== null && sampleSize < inWindow;
  const cut = isCut
    ? (await db.query(sql(import.meta.url, './sql/find-cut.sql'), [...window, sampleSize])).rows[0]
    : { at: null, ordinal: null };
  const sampleCount = isCut ? sampleSize : inWindow;
  await db.query(sql(import.meta.url, './sql/insert-selection.sql'), [
    ...window,
    sampleSize,
    sampleCount,
    cut.at,
    cut.ordinal,
  ]);
  return find(db, request);
}

async function find(db: Pool | ClientBase, request: SelectionRequest) {
  const { rows } = await db.query(sql(import.meta.url, './sql/find-selection.sql'), [
    request.datasetId,
    request.datasetVersion,
    request.windowFrom,
    request.windowTo,
    request.sampleSize,
  ]);
  if (rows.length === 0) return null;
  return { selectionId: Number(rows[0].selection_id), sampleCount: Number(rows[0].sample_count) };
}
