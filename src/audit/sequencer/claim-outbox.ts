import type { ClientBase } from 'pg';
import { copyRows, readBigint } from '../../platform/database/copy-rows.ts';
import { sql } from '../../platform/database/sql.ts';

export interface ClaimedEvent {
  tenantId: string;
  /** Canonical bytes. */
  event: Buffer;
}

/** A batch is held in memory; 5,000 events of the ledger are 3 MB, and one event is at most 1 MiB. */
const batchBytesMax = 32 * 1_048_576;

/**
 * Takes the oldest events out of the outbox, in order of id. They are gone when the transaction commits and there as
 * before when it does not.
 */
export async function claimOutbox(client: ClientBase, rowLimit: number): Promise<ClaimedEvent[]> {
  const claimed: { id: number; tenantId: string; event: Buffer }[] = [];
  const statement = sql(import.meta.url, './sql/claim-outbox.sql').replace(/^--.*\n/gm, '');
  for await (const rows of copyRows(client, statement, { row_limit: rowLimit, byte_limit: batchBytesMax })) {
    for (const [id, tenantId, event] of rows)
      claimed.push({ id: readBigint(id), tenantId: tenantId!.toString(), event: event! });
  }
  return claimed.sort((a, b) => a.id - b.id);
}
