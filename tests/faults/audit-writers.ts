import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { insertEvents } from '../../src/audit/events/insert-events.ts';
import { spendEvent } from '../../src/audit/test-support/events.ts';
import { withTransaction } from '../../src/platform/database/transaction.ts';

/** Stands for the ledger: a row a tenant to lock, and a row a transfer. */
export const writerTables = `
  CREATE TABLE public.tenants (tenant_id text PRIMARY KEY, transfers bigint NOT NULL DEFAULT 0);
  CREATE TABLE public.transfers (tenant_id text, number bigint, event_id uuid, PRIMARY KEY (tenant_id, number));
  GRANT ALL ON public.tenants, public.transfers TO assay_app`;

export interface Writers {
  /** Transactions that were acknowledged. */
  committed: () => number;
  stop(): Promise<void>;
}

/** Many clients, each moving money of some tenant and writing its event in one transaction, again after every failure. */
export function startWriters(
  pool: Pool,
  clients: number,
  tenants: number,
  random: (n: number) => number,
): Writers {
  let committed = 0;
  let stopped = false;
  let next = 0;
  const client = async () => {
    while (!stopped) {
      try {
        await transfer(pool, `tenant-${random(tenants)}`, () => next++);
        committed++;
      } catch {
        await sleep(50); // the server is away; whether the last one committed is for the tables to say
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    committed: () => committed,
    stop: async () => {
      stopped = true;
      await all;
    },
  };
}

async function transfer(pool: Pool, tenantId: string, next: () => number): Promise<void> {
  await withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ number: number }>(
      'UPDATE public.tenants SET transfers = transfers + 1 WHERE tenant_id = $1 RETURNING transfers AS number',
      [tenantId],
    );
    const event = { ...spendEvent(next()), tenant_id: tenantId };
    await client.query('INSERT INTO public.transfers VALUES ($1, $2, $3)', [
      tenantId,
      rows[0]!.number,
      event.event_id,
    ]);
    await insertEvents(client, [event]);
  });
}
