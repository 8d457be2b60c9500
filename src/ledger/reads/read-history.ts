import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { HistoryPlace } from './history-cursor.ts';
import { tenantExists } from './tenant-exists.ts';

/** In the order of the API's reference; `lease…` are those of sidecars. */
export const transferTypes = [
  'topup',
  'consume',
  'reserve',
  'commit',
  'release',
  'cancel',
  'hold_expired',
  'refund',
  'expired',
  'lease',
  'lease_spent',
  'lease_returned',
  'lease_lost',
  'lease_burned',
  'lease_restored',
] as const;
export type TransferTypeName = (typeof transferTypes)[number];

export interface HistoryQuery {
  tenantId: string;
  /** Transfers a page. */
  limit: number;
  /** Where the page before ended; null: from the newest on. */
  below: HistoryPlace | null;
  type: TransferTypeName | null;
  /** Recorded at or after; null: from the beginning. */
  from: Date | null;
  /** Recorded before; null: to the end. */
  to: Date | null;
}

export interface HistoryEntry {
  transactionId: string;
  type: TransferTypeName;
  amount: number;
  /** Available and held together. */
  balanceAfter: number;
  description: string | null;
  reference: string | null;
  grants: { grantId: string; amount: number }[];
  recordedAt: Date;
}

export interface HistoryPage {
  entries: HistoryEntry[];
  /** Where the next page begins; null: this was the last. */
  next: HistoryPlace | null;
}

/**
 * Rows looked at for a page of one type; about 0.1 s. Where a type is rarer than that the page is short or empty and
 * its cursor leads on, so that no request reads a whole history.
 */
const rowsLookedAtMax = 100_000;

interface TransferRow {
  transfer_id: string;
  type: TransferTypeName;
  amount: number;
  balance_after: number;
  description: string | null;
  reference: string | null;
  grant_ids: string[];
  grant_amounts: string[];
  recorded_at: Date;
  number: number;
}

/**
 * A page of a tenant's history, newest first. Numbers only grow and rows never change, so pages neither repeat nor skip
 * an entry whatever is written meanwhile.
 *
 * @returns null where there is no such tenant.
 */
export async function readHistory(pool: Pool, query: HistoryQuery): Promise<HistoryPage | null> {
  const { limit, type } = query;
  const place = [
    query.tenantId,
    query.below === null ? 'infinity' : new Date(query.below.recordedAtMs),
    query.below?.number ?? Number.MAX_SAFE_INTEGER,
    query.from ?? '-infinity',
    query.to ?? 'infinity',
  ];
  const { rows } = await pool.query<TransferRow>(sql(import.meta.url, './sql/list-transfers.sql'), [
    ...place,
    type,
    type === null ? limit + 1 : rowsLookedAtMax,
    limit + 1,
  ]);
  if (rows.length === 0 && !(await tenantExists(pool, query.tenantId))) return null;
  const entries = rows.slice(0, limit).map(entryOf);
  if (rows.length > limit) return { entries, next: placeOf(rows[limit - 1]!) };
  return { entries, next: type === null ? null : await scanEnd(pool, place) };
}

/** Where a search for one type stopped; null where it saw all there is. */
async function scanEnd(pool: Pool, place: unknown[]): Promise<HistoryPlace | null> {
  const { rows } = await pool.query<TransferRow>(sql(import.meta.url, './sql/find-scan-end.sql'), [
    ...place,
    rowsLookedAtMax,
  ]);
  return rows[0] === undefined ? null : placeOf(rows[0]);
}

function placeOf(row: Pick<TransferRow, 'recorded_at' | 'number'>): HistoryPlace {
  return { recordedAtMs: row.recorded_at.getTime(), number: row.number };
}

function entryOf(row: TransferRow): HistoryEntry {
  return {
    transactionId: row.transfer_id,
    type: row.type,
    amount: row.amount,
    balanceAfter: row.balance_after,
    description: row.description,
    reference: row.reference,
    grants: row.grant_ids.map((grantId, i) => ({ grantId, amount: Number(row.grant_amounts[i]) })),
    recordedAt: row.recorded_at,
  };
}
