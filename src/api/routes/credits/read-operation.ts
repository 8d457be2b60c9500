import { maskJson } from '../../../audit/masking/mask-json.ts';
import { maskText } from '../../../audit/masking/mask-text.ts';
import type { Vault } from '../../../audit/vault/vault.ts';
import type { Notes, Operation, Payment, Topup } from '../../../ledger/operation.ts';
import { tokenPlace } from '../../../ledger/payments/place.ts';
import { maskToken } from '../../../platform/sensitive-text/mask-token.ts';
import { uuidV7 } from '../../../platform/uuid-v7.ts';
import type { OperationBody } from './operation-schema.ts';

type Body<Op extends OperationBody['op']> = Extract<OperationBody, { op: Op }>;

const ttlSecondsDefault = 300;

/**
 * A validated body as an operation of the ledger. What a caller may have written a card number into is masked here, before
 * it can reach the database or a log; a payment token is sealed.
 *
 * @throws KeyMissingError (503) where a payment token is sent to an installation without encryption keys.
 */
export function readOperation(
  body: OperationBody,
  tenantId: string,
  vault: Vault,
): Operation | Promise<Operation> {
  switch (body.op) {
    case 'topup':
      return readTopup(body, tenantId, vault);
    case 'consume':
      return { op: 'consume', tenantId, amount: body.amount, ...readNotes(body) };
    case 'reserve':
      return {
        op: 'reserve',
        tenantId,
        amount: body.amount,
        ttlSeconds: body.ttl_seconds ?? ttlSecondsDefault,
      };
    case 'commit':
      return {
        op: 'commit',
        tenantId,
        reservationId: body.reservation_id.toLowerCase(),
        amount: body.amount,
      };
    case 'cancel':
      return { op: 'cancel', tenantId, reservationId: body.reservation_id.toLowerCase() };
    case 'refund':
      return {
        op: 'refund',
        tenantId,
        transactionId: body.transaction_id.toLowerCase(),
        amount: body.amount,
      };
  }
}

function readTopup(body: Body<'topup'>, tenantId: string, vault: Vault): Topup | Promise<Topup> {
  const operation: Topup = {
    op: 'topup',
    tenantId,
    amount: body.amount,
    priority: body.priority ?? 0,
    expiresAtMs: body.expires_at === undefined ? Infinity : Date.parse(body.expires_at),
    payment: null,
    ...readNotes(body),
  };
  if (body.payment_method === undefined && body.payment_token === undefined) return operation;
  return readPayment(body, tenantId, vault).then((payment) => ({ ...operation, payment }));
}

async function readPayment(body: Body<'topup'>, tenantId: string, vault: Vault): Promise<Payment> {
  const paymentId = uuidV7();
  const { payment_method: method, payment_token: token } = body;
  const place = tokenPlace(tenantId, paymentId);
  return {
    paymentId,
    method: method === undefined ? null : maskText(method, 'payment_method'),
    tokenMasked: token === undefined ? null : maskToken(token),
    tokenSealed: token === undefined ? null : await vault.seal(place, token),
  };
}

function readNotes(body: Body<'topup'> | Body<'consume'>): Notes {
  const { description, reference, metadata } = body;
  return {
    description: description === undefined ? null : maskText(description, 'description'),
    reference: reference === undefined ? null : maskText(reference, 'reference'),
    metadata: metadata === undefined ? null : JSON.stringify(maskJson(metadata)),
  };
}
