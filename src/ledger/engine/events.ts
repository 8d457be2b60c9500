import { randomUUID } from 'node:crypto';
import { canonicalText } from '../../audit/events/encode-event.ts';
import type { MoneyEvent } from '../../audit/events/event.ts';
import { lastValue } from '../../platform/last-value.ts';
import type { Balances, Transfer } from '../book/entities.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import type { Operation } from '../operation.ts';
import { isUuid } from '../uuid.ts';
import type { Refusal } from './decide-batch.ts';

const isoTime = lastValue((ms) => new Date(ms).toISOString());

export interface EncodedEvent {
  eventId: string;
  tenantId: string;
  event: string;
}

/** One event a transfer, in the tenant's order, as canonical bytes. */
export function transferEvents(book: TenantBook): EncodedEvent[] {
  const { tenantId } = book.account;
  const at = isoTime(book.nowMs);
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
  const { slices, type } = transfer;
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
    ...subjectOf(transfer),
    payment: sealedPayment(transfer),
    reference: transfer.reference ?? undefined,
  };
}

/** What the transfer is about. */
function subjectOf({ subjectId, type }: Transfer): Pick<MoneyEvent, 'hold_id' | 'lease_id' | 'refund_of'> {
  if (subjectId === null) return {};
  if (type === 'refund') return { refund_of: subjectId };
  return type.startsWith('lease') ? { lease_id: subjectId } : { hold_id: subjectId };
}

/** The token as ciphertext: whoever is erased loses it here too, and the leaf keeps its bytes. */
function sealedPayment({ payment }: Transfer): MoneyEvent['payment'] {
  if (payment === null || payment.tokenSealed === null) return undefined;
  return { payment_id: payment.paymentId, token_sealed: payment.tokenSealed.toString('base64') };
}

/** A refused operation names an amount where the caller did. */
export function refusalEvent(refusal: Refusal, nowMs: number): EncodedEvent {
  const { operation, refused, envelope, balances } = refusal;
  const eventId = randomUUID();
  const event: MoneyEvent = {
    action: `credits.${operation.op}`,
    event_id: eventId,
    tenant_id: operation.tenantId,
    at: isoTime(nowMs),
    actor: envelope.actor,
    success: false,
    code: refused.code,
    amount: amountOf(operation),
    before: balances,
    after: balances,
    lease_id: 'leaseId' in operation ? operation.leaseId : undefined,
    hold_id: 'reservationId' in operation ? idOrNothing(operation.reservationId) : undefined,
    refund_of: 'transactionId' in operation ? idOrNothing(operation.transactionId) : undefined,
    reference: 'reference' in operation ? (operation.reference ?? undefined) : undefined,
  };
  return { eventId, tenantId: operation.tenantId, event: canonicalText(event) };
}

function amountOf(operation: Operation): number {
  if ('amount' in operation) return operation.amount ?? 0;
  return operation.op === 'acquire' ? operation.min : 0;
}

/** A caller may have sent anything in place of an id, even a card number, which must not be written down. */
function idOrNothing(text: string): string | undefined {
  return isUuid(text) ? text : undefined;
}
