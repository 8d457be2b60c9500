import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { sendTo } from '../ledger-model/processes.ts';
import type { Cluster } from './ledger-cluster.ts';
import type { Acknowledged, Keyed, Records } from './ledger-workload.ts';

interface Row {
  id: string;
  tenant_id: string;
  type: string;
  amount: number;
  subject_id: string | null;
  reference: string | null;
}

const typeOf = {
  topup: 'topup',
  consume: 'consume',
  reserve: 'reserve',
  commit: 'commit',
  cancel: 'cancel',
  refund: 'refund',
};

/**
 * Every success that was acknowledged is in history once and as it was asked for, and nothing is that nobody asked for:
 * the transfers of each type are as many as the acknowledged requests, and at most those that were given up besides.
 *
 * @returns what is wrong, a sentence each; the first twenty.
 */
export async function againstTables(
  owner: pg.Pool,
  acknowledged: readonly Acknowledged[],
  abandoned: readonly Keyed[],
): Promise<string[]> {
  const { rows } = await owner.query<Row>(
    `SELECT transfer_id::text AS id, tenant_id, type::text, amount, subject_id::text, reference FROM credits.transfers`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const bySubject = new Map(rows.map((row) => [`${row.type} ${row.subject_id}`, row]));
  const successes = acknowledged.filter(({ status }) => status === 200);
  const wrong = successes.flatMap((request) => {
    const found = findTransfer(request, byId, bySubject);
    const fault = found === undefined ? 'is not in history' : mismatch(request, found);
    return fault === null ? [] : [`${request.op} under ${request.key} on ${request.tenantId} ${fault}`];
  });
  wrong.push(...repeatedReferences(rows));
  for (const op of Object.keys(typeOf) as (keyof typeof typeOf)[]) {
    const written = rows.filter(({ type }) => type === typeOf[op]).length;
    const asked = successes.filter((request) => request.op === op).length;
    const maybe = abandoned.filter((request) => request.op === op).length;
    if (written < asked || written > asked + maybe)
      wrong.push(`${written} ${op} transfers for ${asked} acknowledged and ${maybe} given up`);
  }
  return wrong.slice(0, 20);
}

function findTransfer(
  { op, text, body }: Acknowledged,
  byId: ReadonlyMap<string, Row>,
  bySubject: ReadonlyMap<string, Row>,
): Row | undefined {
  const answer = JSON.parse(text);
  if (op === 'reserve') return bySubject.get(`reserve ${answer.reservation_id}`);
  if (op === 'cancel') return bySubject.get(`cancel ${body.reservation_id}`);
  return byId.get(answer.transaction_id);
}

function mismatch({ op, tenantId, key, body }: Acknowledged, row: Row): string | null {
  if (row.type !== typeOf[op] || row.tenant_id !== tenantId) return `is a ${row.type} of ${row.tenant_id}`;
  if (body.amount !== undefined && row.amount !== body.amount)
    return `moved ${row.amount}, not ${body.amount}`;
  if ((op === 'topup' || op === 'consume') && row.reference !== key) return `has reference ${row.reference}`;
  const subject = { commit: body.reservation_id, refund: body.transaction_id }[op as string];
  return subject === undefined || row.subject_id === subject ? null : `is about ${row.subject_id}`;
}

/** Top-ups and consumes carry their key as their reference, so that a key that was applied twice shows. */
function repeatedReferences(rows: readonly Row[]): string[] {
  const seen = new Set<string>();
  return rows.flatMap(({ reference }) => {
    if (reference === null) return [];
    if (seen.has(reference)) return [`key ${reference} was applied twice`];
    seen.add(reference);
    return [];
  });
}

/** Another request of the same form. */
const otherThan = ({ op }: Keyed) =>
  op === 'cancel' ? { reservation_id: randomUUID() } : { amount: 987_654 };

/** More would take longer than the faults did; failures are few and all among them. */
const repeatsMax = 3_000;
const atOnce = 64;

/**
 * Asks for everything again, with the keys it had: what was acknowledged must be answered the same, byte for byte, and
 * what was given up is settled now. A changed body under a used key must be refused.
 */
export async function checkStability(
  cluster: Cluster,
  apiKey: string,
  { acknowledged, abandoned }: Records,
  random: () => number,
): Promise<{ faults: string[]; acknowledged: Acknowledged[] }> {
  const faults: string[] = [];
  const late: Acknowledged[] = [];
  const send = (request: Keyed, body = request.body) => {
    const url = cluster.urls[Math.floor(random() * cluster.urls.length)]!;
    return sendTo(url, apiKey)('POST', `/credits/${request.op}`, body, request.key);
  };
  const again = async (request: Acknowledged) => {
    const answer = await send(request);
    const isSame = answer.status === request.status && answer.text === request.text && answer.replayed;
    if (!isSame)
      faults.push(
        `${request.op} under ${request.key}: ${request.status} ${request.text}, then ${answer.status} ${answer.text}`,
      );
    if (random() < 0.02) {
      const other = await send(request, { ...request.body, ...otherThan(request) });
      if (other.body?.code !== 'idempotency_key_reused')
        faults.push(`${request.op} under ${request.key} with another body: ${other.status} ${other.text}`);
    }
  };
  const settle = async (request: Keyed) => {
    const { status, text } = await send(request);
    late.push({ ...request, status, text });
  };
  const kept = acknowledged.filter(({ status }) => status !== 400);
  const share = repeatsMax / kept.length;
  const repeated = kept.filter(({ status }) => (status !== 200 ? random() < share * 2 : random() < share));
  await atOnceOnly(repeated.map((request) => () => again(request)));
  await atOnceOnly(abandoned.map((request) => () => settle(request)));
  return { faults: faults.slice(0, 20), acknowledged: late };
}

async function atOnceOnly(work: (() => Promise<void>)[]): Promise<void> {
  const left = work.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const next of left) await next();
    }),
  );
}
