import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { insertEvents } from '../events/insert-events.ts';
import { recordEvent } from '../events/record-event.ts';

/** A data key that was destroyed, as the audit log tells it. */
export interface DestroyedKey {
  tenantId: string;
  dataKeyId: string;
}

/** The data keys that the event in a leaf says were destroyed; none where it tells of something else. */
export function keysErasedBy(leaf: Buffer): DestroyedKey[] {
  if (!leaf.includes('"data.erased"')) return [];
  const { event } = JSON.parse(leaf.toString()) as { event: ErasedEvent };
  if (event.action !== 'data.erased') return [];
  return (event.details.data_key_ids ?? []).map((dataKeyId) => ({ tenantId: event.tenant_id, dataKeyId }));
}

interface ErasedEvent {
  action: string;
  tenant_id: string;
  details: { data_key_ids?: string[] };
}

/**
 * Destroys again what was destroyed since the backup that was restored was made. Keys that are destroyed already, or were
 * made after the backup and are not there, are left alone; what is destroyed is in the log by the same transaction.
 *
 * @param pool connections as the application role.
 * @param now milliseconds since the epoch.
 * @returns how many keys were destroyed.
 */
export function eraseAgain(pool: Pool, keys: readonly DestroyedKey[], now: number): Promise<number> {
  return withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ tenant_id: string; data_key_id: string }>(
      sql(import.meta.url, './sql/destroy-keys-again.sql'),
      [keys.map(({ tenantId }) => tenantId), keys.map(({ dataKeyId }) => dataKeyId)],
    );
    const events = [...Map.groupBy(rows, (row) => row.tenant_id)].map(([tenantId, destroyed]) => {
      const ids = destroyed.map((row) => row.data_key_id);
      const details = { data_key_ids: ids, keys_destroyed: ids.length };
      return recordEvent({ action: 'data.erased', actor: 'cli', tenantId, details }, now);
    });
    await insertEvents(client, events);
    return rows.length;
  });
}
