import { CopyWriter } from '../../platform/database/exchange/copy-writer.ts';
import type { Statement } from '../../platform/database/exchange/exchange.ts';
import type { Grant, Hold, Lease, Transfer } from '../book/entities.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import type { NewKey } from './decide-batch.ts';
import type { EncodedEvent } from './events.ts';
import type { Alert } from './low-balance.ts';
import { copyStatement } from './statements.ts';
import type { Owned, PaidTransfer } from './write-batch.ts';

// Each writes the columns that sql/copy-….sql names, in its order. Sizes are what a row usually takes.

export function copyTransfers(books: readonly TenantBook[]): Statement {
  const rows = books.reduce((sum, book) => sum + book.transfers.length, 0);
  const writer = new CopyWriter(rows * 420);
  for (const book of books) {
    for (const transfer of book.transfers) writeTransfer(writer, book, transfer);
  }
  return copyStatement('copy-transfers', writer.finish());
}

function writeTransfer(writer: CopyWriter, book: TenantBook, transfer: Transfer): void {
  const { after, slices } = transfer;
  writer
    .row(21)
    .text(book.account.tenantId)
    .int8(transfer.number)
    .uuid(transfer.transferId)
    .text(transfer.type)
    .text(transfer.from)
    .text(transfer.to)
    .int8(transfer.amount)
    .timestamp(transfer.effectiveAtMs)
    .timestamp(book.nowMs)
    .int8(after.available)
    .int8(after.held)
    .int8(after.leased)
    .int8(after.spent)
    .int8(after.expired)
    .int8(after.unresolved)
    .uuids(slices.grantIds)
    .int8s(slices.amounts)
    .uuid(transfer.subjectId)
    .text(transfer.description)
    .text(transfer.reference)
    .jsonb(transfer.metadata);
}

export function copyGrants(grants: readonly Owned<Grant>[]): Statement {
  const writer = new CopyWriter(grants.length * 180);
  for (const { tenantId, value: grant } of grants) {
    writer
      .row(11)
      .text(tenantId)
      .uuid(grant.grantId)
      .int8(grant.number)
      .int8(grant.amount)
      .int8(grant.available)
      .int8(grant.held)
      .int8(grant.leased)
      .int4(grant.priority)
      .timestamp(grant.expiresAtMs)
      .timestamp(grant.createdAtMs)
      .bool(grant.available > 0);
  }
  return copyStatement('copy-grants', writer.finish());
}

export function copyHolds(holds: readonly Owned<Hold>[]): Statement {
  const writer = new CopyWriter(holds.length * 220);
  for (const { tenantId, value: hold } of holds) {
    writer
      .row(9)
      .text(tenantId)
      .uuid(hold.holdId)
      .int8(hold.amount)
      .text(hold.state)
      .timestamp(hold.expiresAtMs)
      .uuids(hold.slices.grantIds)
      .int8s(hold.slices.amounts)
      .timestamp(hold.createdAtMs);
    if (hold.endedAtMs === null) writer.null();
    else writer.timestamp(hold.endedAtMs);
  }
  return copyStatement('copy-holds', writer.finish());
}

export function copyLeases(leases: readonly Owned<Lease>[]): Statement {
  const writer = new CopyWriter(leases.length * 320);
  for (const { tenantId, value: lease } of leases) {
    writer
      .row(16)
      .text(tenantId)
      .uuid(lease.leaseId)
      .text(lease.owner)
      .text(lease.instance)
      .int8(lease.epoch)
      .text(lease.bootId)
      .int8(lease.amount)
      .int8(lease.spent)
      .int8(lease.returned)
      .text(lease.state)
      .bool(lease.recalled)
      .uuids(lease.slices.grantIds)
      .int8s(lease.slices.amounts)
      .timestamp(lease.createdAtMs)
      .timestamp(lease.expiresAtMs);
    if (lease.endedAtMs === null) writer.null();
    else writer.timestamp(lease.endedAtMs);
  }
  return copyStatement('copy-leases', writer.finish());
}

export function copyKeys(keys: readonly NewKey[], nowMs: number): Statement {
  const writer = new CopyWriter(keys.length * 320);
  for (const { tenantId, idempotency, status, body } of keys) {
    writer
      .row(6)
      .text(tenantId)
      .bytes(idempotency.keySha256)
      .bytes(idempotency.requestSha256)
      .int2(status)
      .text(body)
      .timestamp(nowMs);
  }
  return copyStatement('copy-keys', writer.finish());
}

export function copyPayments(transfers: readonly Owned<PaidTransfer>[]): Statement {
  const writer = new CopyWriter(transfers.length * 256);
  for (const { tenantId, value } of transfers) {
    const { transferId, payment } = value;
    writer
      .row(6)
      .text(tenantId)
      .uuid(transferId)
      .uuid(payment.paymentId)
      .text(payment.method)
      .text(payment.tokenMasked)
      .bytes(payment.tokenSealed);
  }
  return copyStatement('copy-payments', writer.finish());
}

export function copyAlerts(alerts: readonly Alert[]): Statement {
  const writer = new CopyWriter(alerts.length * 120);
  for (const { alertId, tenantId, threshold, available, createdAtMs } of alerts) {
    writer.row(5).uuid(alertId).text(tenantId).int8(threshold).int8(available).timestamp(createdAtMs);
  }
  return copyStatement('copy-alerts', writer.finish());
}

export function copyEvents(events: readonly EncodedEvent[]): Statement {
  const writer = new CopyWriter(events.length * 640);
  for (const { eventId, tenantId, event } of events) {
    // bytea and text are alike on the wire.
    writer.row(3).uuid(eventId).text(tenantId).text(event);
  }
  return copyStatement('copy-outbox', writer.finish());
}
