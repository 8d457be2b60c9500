import { randomUUID } from 'node:crypto';
import { canonicalText } from '../../audit/events/encode-event.ts';
import type { MoneyEvent } from '../../audit/events/event.ts';
import type { Balances, Transfer } from '../book/entities.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import { isUuid } from '../uuid.ts';
import type { Refusal } from './decide-batch.ts';

export interface EncodedEvent {
  eventId: string;
  tenantId: string;
  event: string;
}

/** One event a transfer, in the tenant's order, as canonical bytes. */
export function transferEvents(book: TenantBook): EncodedEvent[] {
  const { tenantId } = book.account;
  const at = new Date(book.nowMs).toISOString();
  let { before } = book;
  return book.transfers.map((transfer) => {
    const eventId = randomUUID();
    const event = canonicalText(transferEvent(tenantId, transfer, before, at, eventId));
    before = transfer.after;
    return { eventId, tenantId, event };
  });
}

function transferEvent(
  tenantId: string,
  transfer: Transfer,
  before: Balances,
  at: string,
  eventId: string,
): MoneyEvent {
  const { slices, subjectId, type } = transfer;
  return {
    action: `credits.${type}`,
    event_id: eventId,
    tenant_id: tenantId,
    at,
    actor: transfer.cause?.actor ?? 'ledger',
    success: true,
    amount: transfer.amount,
    before,
    after: transfer.after,
    transaction_id: transfer.transferId,
    grants: slices.grantIds.map((grantId, i) => ({ grant_id: grantId, amount: slices.amounts[i]! })),
    hold_id: subjectId === null || type === 'refund' ? undefined : subjectId,
    refund_of: type === 'refund' ? (subjectId ?? undefined) : undefined,
    reference: transfer.reference ?? undefined,
  };
}

/** A refused operation names an amount where the caller did. */
export function refusalEvent(refusal: Refusal, nowMs: number): EncodedEvent {
  const { operation, refused, envelope, balances } = refusal;
  const eventId = randomUUID();
  const event: MoneyEvent = {
    action: `credits.${operation.op}`,
    event_id: eventId,
    tenant_id: operation.tenantId,
    at: new Date(nowMs).toISOString(),
    actor: envelope.actor,
    success: false,
    code: refused.code,
    amount: 'amount' in operation ? (operation.amount ?? 0) : 0,
    before: balances,
    after: balances,
    hold_id: 'reservationId' in operation ? idOrNothing(operation.reservationId) : undefined,
    refund_of: 'transactionId' in operation ? idOrNothing(operation.transactionId) : undefined,
    reference: 'reference' in operation ? (operation.reference ?? undefined) : undefined,
  };
  return { eventId, tenantId: operation.tenantId, event: canonicalText(event) };
}

/** A caller may have sent anything in place of an id, even a card number, which must not be written down. */
function idOrNothing(text: string): string | undefined {
  return isUuid(text) ? text : undefined;
}
