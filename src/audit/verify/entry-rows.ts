import type { ClientBase } from 'pg';
import { copyRows, readBigint } from '../../platform/database/copy-rows.ts';
import { sql } from '../../platform/database/sql.ts';

/** A row of audit.entries as it stands, believed in nothing. */
export interface EntryRow {
  seq: number;
  /** Microseconds since 2000-01-01, as PostgreSQL has it. */
  sequencedAtMicros: bigint;
  tenantSeq: number;
  tenantId: string;
  leafHash: Buffer;
  chainHash: Buffer;
  leaf: Buffer;
}

/** Entries `from` ≤ seq < `to` in order, some hundred at a time. Leaving early leaves the connection unusable. */
export async function* readEntryRows(
  client: ClientBase,
  from: number,
  to: number,
): AsyncGenerator<EntryRow[], void, undefined> {
  const select = sql(import.meta.url, './sql/copy-entries-out.sql');
  for await (const rows of copyRows(client, select, { from_seq: from, to_seq: to })) {
    yield rows.map((fields) => ({
      seq: readBigint(fields[0]),
      sequencedAtMicros: fields[1]!.readBigInt64BE(0),
      tenantSeq: readBigint(fields[2]),
      tenantId: fields[3]!.toString(),
      leafHash: fields[4]!,
      chainHash: fields[5]!,
      leaf: fields[6]!,
    }));
  }
}
