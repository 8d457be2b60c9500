import type { ClientBase } from 'pg';
import {
  byteaArray,
  int8Array,
  textArray,
  timestampArray,
  uuidArray,
} from '../../platform/database/exchange/binary-array.ts';
import { exchangeWithin, type Row, type Statement } from '../../platform/database/exchange/exchange.ts';
import { TenantBook } from '../book/tenant-book.ts';
import { holderKey } from '../operations/leases/holder-key.ts';
import type { BatchFacts, KnownAnswer } from './batch-facts.ts';
import {
  milliseconds,
  readAccount,
  readGrant,
  readHold,
  readLease,
  readSlices,
  unknownAccount,
} from './rows.ts';
import { begin, statement } from './statements.ts';
import type { WantedFacts } from './wanted-facts.ts';

/**
 * Most tenants burn from one grant; a second is read to know that the first is not the last. Where two do not reach, more
 * are read (`readMoreGrants`).
 */
const grantsAtFirst = 2;

type Take = (facts: BatchFacts, rows: Row[]) => void;

/** A tenant that needs a row to lock has none yet; `makeAccounts`, then read again. */
export interface RowsMissing {
  rowsMissing: string[];
}

/**
 * Begins a transaction, locks the tenants' rows in key order and reads what the operations name, all in one round trip.
 * Statements run one after another, each with a snapshot of its own taken when it starts (READ COMMITTED): those behind the
 * lock see everything that was committed under it.
 */
export async function readFacts(
  client: ClientBase,
  wanted: WantedFacts,
  retentionSeconds: number,
  answerTimeoutMs: number,
): Promise<BatchFacts | RowsMissing> {
  const reads = [
    ...grantReads(wanted),
    ...keyReads(wanted, retentionSeconds),
    ...holdReads(wanted),
    ...spendReads(wanted),
    ...leaseReads(wanted),
  ];
  const lock = statement('lock-accounts', [textArray(wanted.tenantIds)]);
  const statements = [begin, lock, statement('read-clock'), ...reads.map(([read]) => read)];
  const [, accounts = [], clock = [], ...results] = await exchangeWithin(client, statements, answerTimeoutMs);
  const facts: BatchFacts = {
    nowMs: milliseconds(clock[0]![0], Number.NaN),
    transactionId: clock[0]![1]!,
    books: new Map(),
    known: new Map(),
  };
  for (const row of accounts) {
    const account = readAccount(row);
    facts.books.set(account.tenantId, new TenantBook(account, facts.nowMs));
  }
  const rowsMissing = [...wanted.needRow].filter((tenantId) => !facts.books.has(tenantId));
  if (rowsMissing.length > 0) return { rowsMissing };
  for (const tenantId of wanted.tenantIds) {
    if (!facts.books.has(tenantId))
      facts.books.set(tenantId, new TenantBook(unknownAccount(tenantId), facts.nowMs));
  }
  for (const [i, [, take]] of reads.entries()) take(facts, results[i] ?? []);
  return facts;
}

function grantReads({ burning }: WantedFacts): [Statement, Take][] {
  if (burning.length === 0) return [];
  const read = statement('grants-in-burn-order', [textArray(burning), String(grantsAtFirst)]);
  const take: Take = (facts, rows) => {
    takeGrants(facts, rows);
    const counts = new Map<string, number>();
    for (const row of rows) {
      const tenantId = row[0]!;
      counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1);
      // Rows of a tenant come in burn order, so the last one stands.
      facts.books.get(tenantId)!.frontier = readGrant(row);
    }
    for (const tenantId of burning) {
      if ((counts.get(tenantId) ?? 0) < grantsAtFirst) facts.books.get(tenantId)!.frontier = 'all';
    }
  };
  return [[read, take]];
}

function keyReads({ keys }: WantedFacts, retentionSeconds: number): [Statement, Take][] {
  if (keys.length === 0) return [];
  const read = statement('find-keys', [
    textArray(keys.map((key) => key.tenantId)),
    byteaArray(keys.map((key) => key.idempotency.keySha256)),
    String(retentionSeconds),
  ]);
  const take: Take = (facts, rows) => {
    for (const [tenantId, key, request, status, body] of rows) {
      const known: KnownAnswer = {
        requestSha256: Buffer.from(request!, 'base64'),
        status: Number(status),
        body: body!,
      };
      facts.known.set(`${tenantId} ${key}`, known);
    }
  };
  return [[read, take]];
}

function holdReads({ holds }: WantedFacts): [Statement, Take][] {
  if (holds.length === 0) return [];
  const values = [textArray(holds.map((hold) => hold.tenantId)), uuidArray(holds.map((hold) => hold.holdId))];
  return [
    [statement('find-holds', values), takeHolds],
    [statement('grants-of-holds', values), takeGrants],
  ];
}

function spendReads({ spends }: WantedFacts): [Statement, Take][] {
  if (spends.length === 0) return [];
  const values = [
    textArray(spends.map((spend) => spend.tenantId)),
    timestampArray(spends.map((spend) => spend.recordedAtMs)),
    int8Array(spends.map((spend) => spend.number)),
    uuidArray(spends.map((spend) => spend.transferId)),
  ];
  const takeSpends: Take = (facts, rows) => {
    for (const [tenantId, transferId, type, ids, left] of rows) {
      const spend = { transferId: transferId!, type: type!, left: readSlices(ids!, left!) };
      facts.books.get(tenantId!)!.spends.set(spend.transferId, spend);
    }
  };
  return [
    [statement('find-spends', values), takeSpends],
    [statement('grants-of-spends', values), takeGrants],
  ];
}

function leaseReads({ leases, leasing, holders }: WantedFacts): [Statement, Take][] {
  if (leases.length === 0) return [];
  const asked = [
    textArray(leases.map((lease) => lease.tenantId)),
    uuidArray(leases.map((lease) => lease.leaseId)),
  ];
  const reads: [Statement, Take][] = [
    [statement('find-leases', asked), takeLeases],
    [statement('grants-of-leases', asked), takeGrants],
  ];
  if (holders.length === 0) return reads;
  const asking = [
    textArray(holders.map((holder) => holder.owner)),
    textArray(holders.map((holder) => holder.instance)),
  ];
  const takeEpochs: Take = (facts, rows) => {
    for (const [owner, instance, epoch, bootId] of rows) {
      const key = holderKey({ owner: owner!, instance: instance! });
      const registered = { epoch: Number(epoch), bootId: bootId! };
      for (const tenantId of leasing) facts.books.get(tenantId)!.epochs.set(key, registered);
    }
  };
  // Epochs first: a sidecar that registers anew waits from here on, and what is read behind is all there is of it.
  return [
    [statement('share-epochs', asking), takeEpochs],
    ...reads,
    [statement('active-leases', [textArray([...new Set(leasing)])]), takeLeases],
  ];
}

function takeLeases(facts: BatchFacts, rows: Row[]): void {
  for (const row of rows) {
    const { leases } = facts.books.get(row[0]!)!;
    const lease = readLease(row);
    if (!leases.has(lease.leaseId)) leases.set(lease.leaseId, lease);
  }
}

export function takeGrants(facts: BatchFacts, rows: Row[]): void {
  for (const row of rows) facts.books.get(row[0]!)!.addStoredGrant(readGrant(row));
}

export function takeHolds(facts: BatchFacts, rows: Row[]): void {
  for (const row of rows) {
    const { holds } = facts.books.get(row[0]!)!;
    const hold = readHold(row);
    if (!holds.has(hold.holdId)) holds.set(hold.holdId, hold);
  }
}
