import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { balanceText, grantsListedMax } from './balance-text.ts';
import { readBalance } from './read-balance.ts';

interface MomentRow {
  latest: number;
  after_number: number | null;
  after_recorded_at: Date | null;
  number: number | null;
  available: number | null;
  held: number | null;
  leased: number | null;
  spent: number | null;
  issued: number | null;
}

/**
 * A tenant's balance as it was at a moment, as JSON text. Transfers count from their `effective_at`, so that an expiry
 * that was recorded late counts from when it was due; after the tenant's last transfer, what has come due since counts
 * too. A moment to come answers what would be left if nothing happened until then but expiry.
 *
 * It costs a look-up in the primary key of the history and, for the grants, a pass over the transfers since the moment
 * or up to it, whichever are fewer: some 3 µs each.
 *
 * @returns null where there is no such tenant.
 */
export function readBalanceAt(pool: Pool, tenantId: string, at: Date): Promise<string | null> {
  // One snapshot: grants now and transfers since must agree.
  return withTransaction(
    pool,
    async (client) => {
      const { rows } = await client.query<MomentRow>(sql(import.meta.url, './sql/find-moment.sql'), [
        tenantId,
        at,
      ]);
      const moment = rows[0];
      if (moment === undefined) return null;
      if (moment.after_number === null) return (await readBalance(client, tenantId, at))!.text;
      return pastText(client, tenantId, moment);
    },
    'REPEATABLE READ',
  );
}

async function pastText(client: ClientBase, tenantId: string, moment: MomentRow): Promise<string> {
  const { number, available, held, leased, spent, issued } = moment;
  if (number === null) return balanceText(tenantId, beforeTheFirst);
  const grants = await pastGrants(client, tenantId, { ...moment, number });
  return balanceText(tenantId, {
    available: available!,
    held: held!,
    leased: leased!,
    spent: spent!,
    issued: issued!,
    version: number,
    ...grants,
  });
}

const beforeTheFirst = {
  available: 0,
  held: 0,
  leased: 0,
  spent: 0,
  issued: 0,
  version: 0,
  liveGrants: 0,
  grants: null,
};

async function pastGrants(client: ClientBase, tenantId: string, moment: MomentRow & { number: number }) {
  const isRecent = moment.latest - moment.number < moment.number;
  const { rows } = await client.query<{ live_grants: number; grants: string | null }>(
    sql(import.meta.url, isRecent ? './sql/take-back-grants.sql' : './sql/add-up-grants.sql'),
    [tenantId, moment.after_recorded_at, moment.number, grantsListedMax],
  );
  const { live_grants: liveGrants, grants } = rows[0]!;
  return { liveGrants, grants };
}
