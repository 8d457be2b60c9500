import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { encodeEvent } from './encode-event.ts';
import type { AuditEvent } from './event.ts';

/**
 * Writes events to the outbox, in order. Pass the connection of the transaction that makes them true: both commit or
 * neither does. Events of one tenant keep their order only when writers take turns, by a lock on a row of the tenant.
 */
export async function insertEvents(client: ClientBase | Pool, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  await client.query(sql(import.meta.url, './sql/insert-outbox.sql'), [
    events.map((event) => event.event_id),
    events.map((event) => event.tenant_id),
    events.map(encodeEvent),
  ]);
}
