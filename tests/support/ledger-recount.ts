import type pg from 'pg';

interface Row {
  tenant_id: string;
  [column: string]: unknown;
}

const accounts = ['available', 'held', 'leased', 'spent', 'expired', 'unresolved'] as const;

/**
 * A second opinion on the ledger's tables: plain loops over every row, sharing nothing with the product. It recounts
 * L1, L2 and L4 from history and looks for one audit event a transfer (L5) and for the missing privileges (L6).
 *
 * @returns what is wrong, a sentence each; the first twenty.
 */
export async function recountLedger(pool: pg.Pool): Promise<string[]> {
  const owner = await pool.connect();
  try {
    // All tables as of one moment.
    await owner.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const wrong = await recount(owner);
    await owner.query('COMMIT');
    return wrong;
  } finally {
    owner.release();
  }
}

async function recount(owner: pg.ClientBase): Promise<string[]> {
  const read = async (table: string, order = '') =>
    (await owner.query<Row>(`SELECT * FROM credits.${table} ${order}`)).rows;
  const wrong: string[] = [];
  const transfers = groupByTenant(await read('transfers', 'ORDER BY tenant_id, number'));
  const grants = groupByTenant(await read('grants'));
  const holds = groupByTenant(await read('holds'));
  for (const account of await read('accounts')) {
    const history = transfers.get(account.tenant_id) ?? [];
    transfers.delete(account.tenant_id);
    const found = [
      ...recountAccounts(account, history),
      ...recountGrants(account, grants.get(account.tenant_id) ?? [], history),
      ...recountHolds(account, holds.get(account.tenant_id) ?? [], history),
      ...recountRefunds(history),
    ];
    wrong.push(...found.map((what) => `${account.tenant_id}: ${what}`));
  }
  for (const tenant of transfers.keys()) wrong.push(`${tenant}: has transfers and no account`);
  wrong.push(...(await recountEvents(owner)), ...(await heldPrivileges(owner)));
  return wrong.slice(0, 20);
}

function recountAccounts(account: Row, history: readonly Row[]): string[] {
  const wrong: string[] = [];
  const sums: Record<string, number> = { issued: 0 };
  for (const name of accounts) sums[name] = 0;
  let effectiveAt = Number.NEGATIVE_INFINITY;
  let recordedAt = Number.NEGATIVE_INFINITY;
  for (const [i, row] of history.entries()) {
    const amount = Number(row.amount);
    if (Number(row.number) !== i + 1) wrong.push(`transfer ${row.number} where ${i + 1} was expected`);
    sums[String(row.from_account)]! -= amount;
    sums[String(row.to_account)]! += amount;
    for (const name of accounts) {
      if (sums[name]! < 0) wrong.push(`L1: ${name} is ${sums[name]} after transfer ${row.number}`);
      if (Number(row[`${name}_after`]) !== sums[name])
        wrong.push(`transfer ${row.number} says ${name}_after ${row[`${name}_after`]}, it is ${sums[name]}`);
    }
    const [effective, recorded] = [row.effective_at, row.recorded_at].map((at) => (at as Date).getTime());
    if (effective! < effectiveAt || recorded! < recordedAt)
      wrong.push(`transfer ${row.number} goes back in time`);
    [effectiveAt, recordedAt] = [effective!, recorded!];
  }
  for (const name of [...accounts, 'issued']) {
    if (Number(account[name]) !== sums[name])
      wrong.push(`L2: ${name} is ${account[name]}, its transfers make ${sums[name]}`);
  }
  if (Number(account.version) !== history.length)
    wrong.push(`version ${account.version} with ${history.length} transfers`);
  return wrong;
}

/** Each transfer moves its slices of grants between the places that the grants keep count of. */
function recountGrants(account: Row, grants: readonly Row[], history: readonly Row[]): string[] {
  const wrong: string[] = [];
  const places = new Map<string, Record<string, number>>();
  for (const row of history) {
    const amounts = row.grant_amounts as (string | number)[];
    const total = amounts.reduce<number>((sum, amount) => sum + Number(amount), 0);
    if (total !== Number(row.amount))
      wrong.push(`transfer ${row.number} names grants for ${total} of ${row.amount}`);
    for (const [i, grantId] of (row.grant_ids as string[]).entries()) {
      const grant = places.get(grantId) ?? {};
      places.set(grantId, grant);
      for (const [side, sign] of [
        ['from_account', -1],
        ['to_account', 1],
      ] as const) {
        const place = String(row[side]);
        grant[place] = (grant[place] ?? 0) + sign * Number(amounts[i]);
        if (place !== 'issued' && grant[place] < 0)
          wrong.push(`transfer ${row.number} takes ${place} from grant ${grantId} beyond what it has`);
      }
    }
  }
  const sums = { available: 0, held: 0, leased: 0 };
  for (const grant of grants) {
    const counted = places.get(String(grant.grant_id)) ?? {};
    for (const place of ['available', 'held', 'leased'] as const) {
      sums[place] += Number(grant[place]);
      if (Number(grant[place]) !== (counted[place] ?? 0))
        wrong.push(
          `L2: grant ${grant.grant_id} has ${place} ${grant[place]}, its transfers make ${counted[place] ?? 0}`,
        );
    }
    if (-(counted.issued ?? 0) !== Number(grant.amount))
      wrong.push(`grant ${grant.grant_id} of ${grant.amount} was issued as ${-(counted.issued ?? 0)}`);
  }
  if (places.size !== grants.length) wrong.push(`${grants.length} grants, history names ${places.size}`);
  for (const place of ['available', 'held', 'leased'] as const) {
    if (sums[place] !== Number(account[place]))
      wrong.push(`L2: grants hold ${place} ${sums[place]} of ${account[place]}`);
  }
  return wrong;
}

function recountHolds(account: Row, holds: readonly Row[], history: readonly Row[]): string[] {
  const wrong: string[] = [];
  const about = (types: string[]) =>
    Map.groupBy(
      history.filter(({ type }) => types.includes(String(type))),
      ({ subject_id }) => String(subject_id),
    );
  const endType: Record<string, string> = {
    committed: 'commit',
    cancelled: 'cancel',
    expired: 'hold_expired',
  };
  const reserves = about(['reserve']);
  const ends = about(Object.values(endType));
  const releases = about(['release']);
  let pending = 0;
  for (const hold of holds) {
    const id = String(hold.hold_id);
    const state = String(hold.state);
    const ended = ends.get(id) ?? [];
    if (state === 'pending') pending += Number(hold.amount);
    if (reserves.get(id)?.length !== 1)
      wrong.push(`hold ${id} was reserved ${reserves.get(id)?.length ?? 0} times`);
    if (ended.length !== (state === 'pending' ? 0 : 1))
      wrong.push(`L4: ${state} hold ${id} ended ${ended.length} times`);
    const moved = [...ended, ...(releases.get(id) ?? [])].reduce(
      (sum, { amount }) => sum + Number(amount),
      0,
    );
    if (state !== 'pending' && moved !== Number(hold.amount))
      wrong.push(`L4: hold ${id} of ${hold.amount} ended with ${moved}`);
    if (ended[0] !== undefined && ended[0].type !== endType[state])
      wrong.push(`L4: hold ${id} is ${state}, history says ${ended[0].type}`);
  }
  if (pending !== Number(account.held)) wrong.push(`pending holds make ${pending}, held is ${account.held}`);
  const named = new Set([...reserves.keys(), ...ends.keys()]);
  if (named.size !== holds.length) wrong.push(`${holds.length} holds, history names ${named.size}`);
  return wrong;
}

function recountRefunds(history: readonly Row[]): string[] {
  const spends = new Map(history.map((row) => [String(row.transfer_id), row]));
  const refunds = Map.groupBy(
    history.filter(({ type }) => type === 'refund'),
    ({ subject_id }) => String(subject_id),
  );
  return [...refunds].flatMap(([id, rows]) => {
    const spent = spends.get(id);
    const back = rows.reduce((sum, { amount }) => sum + Number(amount), 0);
    if (spent === undefined || spent.to_account !== 'spent') return [`refund of ${id}, which is no spend`];
    return back > Number(spent.amount) ? [`${back} of the ${spent.amount} of ${id} were refunded`] : [];
  });
}

/** L5. The events wait in the outbox here: nothing runs that would move them to the log. */
async function recountEvents(owner: pg.ClientBase): Promise<string[]> {
  const { rows } = await owner.query<{ transfer_id: string; events: number }>(
    `SELECT t.transfer_id::text, count(o.*)::int AS events
     FROM credits.transfers t
     LEFT JOIN (SELECT convert_from(event, 'UTF8')::jsonb ->> 'transaction_id' AS id FROM audit.outbox) o
       ON o.id = t.transfer_id::text
     GROUP BY t.transfer_id HAVING count(o.*) <> 1 LIMIT 5`,
  );
  return rows.map(({ transfer_id, events }) => `L5: transfer ${transfer_id} has ${events} audit events`);
}

async function heldPrivileges(owner: pg.ClientBase): Promise<string[]> {
  const { rows } = await owner.query<{ may: string }>(
    `SELECT privilege || ' on ' || c.oid::regclass AS may
     FROM pg_class c, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
     WHERE (c.oid = 'credits.transfers'::regclass
            OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'credits.transfers'::regclass))
       AND has_table_privilege('assay_app', c.oid, privilege)`,
  );
  return rows.map(({ may }) => `L6: the application may ${may}`);
}

function groupByTenant(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, ({ tenant_id }) => tenant_id);
}
