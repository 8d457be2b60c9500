import {
  boolArray,
  int8Array,
  textArray,
  timestampArray,
  uuidArray,
} from '../../platform/database/exchange/binary-array.ts';
import type { Statement } from '../../platform/database/exchange/exchange.ts';
import type { Grant, Hold, Lease, Transfer } from '../book/entities.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import type { Payment } from '../operation.ts';
import type { BatchFacts } from './batch-facts.ts';
import {
  copyAlerts,
  copyEvents,
  copyGrants,
  copyHolds,
  copyKeys,
  copyLeases,
  copyPayments,
  copyTransfers,
} from './copies.ts';
import type { Decisions } from './decide-batch.ts';
import { refusalEvent, transferEvents } from './events.ts';
import { lowBalanceAlert } from './low-balance.ts';
import { commit, statement } from './statements.ts';

export interface Owned<T> {
  tenantId: string;
  value: T;
}

export type PaidTransfer = Transfer & { payment: Payment };

/** The statements that write what a batch decided and commit it: a few for the whole batch, none for what it did not touch. */
export function writeStatements(facts: BatchFacts, decisions: Decisions, logRefusals: boolean): Statement[] {
  const changed = [...facts.books.values()].filter((book) => book.isChanged);
  const alerts = changed.map(lowBalanceAlert).filter((alert) => alert !== null);
  const events = changed.flatMap(transferEvents);
  if (logRefusals) {
    for (const refusal of decisions.refusals) {
      events.push(refusalEvent(refusal, facts.books.get(refusal.operation.tenantId)!.nowMs));
    }
  }
  return [
    ...(changed.length > 0 ? [updateAccounts(changed), copyTransfers(changed)] : []),
    ...some(
      owned(changed, (book) => book.newGrants),
      copyGrants,
    ),
    ...some(
      owned(changed, (book) => book.changedGrants),
      updateGrants,
    ),
    ...some(
      owned(changed, (book) => book.newHolds),
      copyHolds,
    ),
    ...some(
      owned(changed, (book) => book.changedHolds),
      endHolds,
    ),
    ...some(
      owned(changed, (book) => book.newLeases),
      copyLeases,
    ),
    ...some(
      owned(changed, (book) => book.changedLeases),
      updateLeases,
    ),
    ...some(decisions.newKeys, (keys) => copyKeys(keys, facts.nowMs)),
    ...some(paidTransfers(changed), copyPayments),
    ...some(alerts, copyAlerts),
    ...some(events, copyEvents),
    commit,
  ];
}

function some<T>(rows: readonly T[], write: (rows: readonly T[]) => Statement): Statement[] {
  return rows.length === 0 ? [] : [write(rows)];
}

function owned<T>(books: readonly TenantBook[], of: (book: TenantBook) => Iterable<T>): Owned<T>[] {
  return books.flatMap((book) => [...of(book)].map((value) => ({ tenantId: book.account.tenantId, value })));
}

function paidTransfers(books: readonly TenantBook[]): Owned<PaidTransfer>[] {
  return owned(books, ({ transfers }) => transfers.filter(isPaid));
}

function isPaid(transfer: Transfer): transfer is PaidTransfer {
  return transfer.payment !== null;
}

function updateAccounts(books: readonly TenantBook[]): Statement {
  const accounts = books.map((book) => book.account);
  return statement('update-accounts', [
    textArray(accounts.map((account) => account.tenantId)),
    int8Array(accounts.map((account) => account.available)),
    int8Array(accounts.map((account) => account.held)),
    int8Array(accounts.map((account) => account.leased)),
    int8Array(accounts.map((account) => account.spent)),
    int8Array(accounts.map((account) => account.expired)),
    int8Array(accounts.map((account) => account.unresolved)),
    int8Array(accounts.map((account) => account.version)),
    timestampArray(accounts.map((account) => account.recordedAtMs)),
    timestampArray(books.map((book) => book.nextDueAtMs)),
    boolArray(accounts.map((account) => account.alertArmed)),
  ]);
}

function updateGrants(grants: readonly Owned<Grant>[]): Statement {
  return statement('update-grants', [
    textArray(grants.map((grant) => grant.tenantId)),
    uuidArray(grants.map((grant) => grant.value.grantId)),
    int8Array(grants.map((grant) => grant.value.available)),
    int8Array(grants.map((grant) => grant.value.held)),
    int8Array(grants.map((grant) => grant.value.leased)),
  ]);
}

function endHolds(holds: readonly Owned<Hold>[]): Statement {
  return statement('end-holds', [
    textArray(holds.map((hold) => hold.tenantId)),
    uuidArray(holds.map((hold) => hold.value.holdId)),
    textArray(holds.map((hold) => hold.value.state)),
    timestampArray(holds.map((hold) => hold.value.endedAtMs!)),
  ]);
}

function updateLeases(leases: readonly Owned<Lease>[]): Statement {
  return statement('update-leases', [
    textArray(leases.map((lease) => lease.tenantId)),
    uuidArray(leases.map((lease) => lease.value.leaseId)),
    int8Array(leases.map((lease) => lease.value.epoch)),
    int8Array(leases.map((lease) => lease.value.spent)),
    int8Array(leases.map((lease) => lease.value.returned)),
    textArray(leases.map((lease) => lease.value.state)),
    boolArray(leases.map((lease) => lease.value.recalled)),
    timestampArray(leases.map((lease) => lease.value.expiresAtMs)),
    timestampArray(leases.map((lease) => lease.value.endedAtMs ?? Infinity)),
  ]);
}
