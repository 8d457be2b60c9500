import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { WrappedKey } from './data-key.ts';

type Db = Pool | PoolClient;

/** A row of audit.data_keys. */
export interface DataKeyRow {
  tenant_id: string;
  subject: string;
  data_key_id: string;
  kek_id: string;
  wrapped_key: Buffer | null;
}

/** The key that a subject's data are sealed under now; undefined when it has none. */
export async function findLiveKey(
  db: Db,
  tenantId: string,
  subject: string,
): Promise<WrappedKey | undefined> {
  const { rows } = await db.query<DataKeyRow>(sql(import.meta.url, './sql/find-live-key.sql'), [
    tenantId,
    subject,
  ]);
  return rows[0] && wrappedKeyOf(rows[0]);
}

/** A key by its id; `destroyed` when only its record is left, undefined when there never was one. */
export async function findDataKey(
  db: Db,
  tenantId: string,
  dataKeyId: string,
): Promise<WrappedKey | 'destroyed' | undefined> {
  const { rows } = await db.query<DataKeyRow>(sql(import.meta.url, './sql/find-data-key.sql'), [
    tenantId,
    dataKeyId,
  ]);
  return rows[0] && (wrappedKeyOf(rows[0]) ?? 'destroyed');
}

/** Stores a new key unless the subject has one by now: of two processes that make one, the first wins. */
export async function insertDataKey(db: Db, key: WrappedKey): Promise<void> {
  await db.query(sql(import.meta.url, './sql/insert-data-key.sql'), [
    key.tenantId,
    key.dataKeyId,
    key.subject,
    key.kekId,
    key.wrapped,
  ]);
}

/** Destroys the keys of a subject for good. @returns their ids. */
export async function destroyKeys(db: Db, tenantId: string, subject: string): Promise<string[]> {
  const { rows } = await db.query<{ data_key_id: string }>(sql(import.meta.url, './sql/destroy-keys.sql'), [
    tenantId,
    subject,
  ]);
  return rows.map((row) => row.data_key_id);
}

/** The ids of all key-encryption keys that live data keys are wrapped under. */
export async function listKeksInUse(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ kek_id: string }>(sql(import.meta.url, './sql/list-keks-in-use.sql'));
  return rows.map((row) => row.kek_id);
}

export function wrappedKeyOf(row: DataKeyRow): WrappedKey | undefined {
  if (row.wrapped_key === null) return undefined;
  return {
    tenantId: row.tenant_id,
    subject: row.subject,
    dataKeyId: row.data_key_id,
    kekId: row.kek_id,
    wrapped: row.wrapped_key,
  };
}
