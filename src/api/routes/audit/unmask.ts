import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { insertEvents } from '../../../audit/events/insert-events.ts';
import { recordEvent } from '../../../audit/events/record-event.ts';
import { maskText } from '../../../audit/masking/mask-text.ts';
import { findPayment } from '../../../ledger/payments/find-payment.ts';
import { tokenPlace } from '../../../ledger/payments/place.ts';
import { NotFoundError } from '../../../platform/errors.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';

const bodySchema = z
  .strictObject({
    tenant_id: z.string().optional(),
    transaction_id: z.string().min(1).max(128).describe('Of the top-up.'),
    reason: z.string().min(1).max(500).describe('Why it must be seen; a ticket, say. It is kept in the log.'),
  })
  .openapi('AuditUnmaskRequest');

const unmaskedSchema = z
  .object({
    tenant_id: z.string(),
    transaction_id: z.string(),
    payment_method: z.string().nullable(),
    payment_token: z.string(),
  })
  .openapi('AuditUnmasked');

const route = createRoute({
  method: 'post',
  path: '/audit/unmask',
  tags: ['Audit'],
  summary: 'Read the payment token of a top-up in clear',
  description:
    'The only way to see one. That it was read, and by which key, is in the audit log before the answer is sent.',
  middleware: [requireScope('admin')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: {
    200: { description: 'Read.', content: { 'application/json': { schema: unmaskedSchema } } },
    404: { description: 'No such top-up of the tenant, or one without a token.' },
    410: { description: 'The token was erased.' },
  },
});

export function unmaskPayment(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { tenant_id, transaction_id, reason } = c.req.valid('json');
    const key = c.get('key');
    const tenantId = resolveTenant(key, tenant_id, 'body.tenant_id');
    const transactionId = transaction_id.toLowerCase();
    const payment = await findPayment(deps.pool, tenantId, transactionId);
    if (payment === undefined || payment.tokenSealed === null) {
      throw new NotFoundError('the tenant has no top-up of this id that was paid with a token');
    }
    const token = await deps.vault.open(tokenPlace(tenantId, payment.paymentId), payment.tokenSealed);
    const details = {
      transaction_id: transactionId,
      payment_id: payment.paymentId,
      reason: maskText(reason),
    };
    // Committed before anything is shown: a read that is not in the log has not happened.
    await insertEvents(deps.pool, [
      recordEvent({ action: 'data.unmasked', actor: key.keyId, tenantId, details }, deps.clock()),
    ]);
    const { method } = payment;
    return c.json(
      { tenant_id: tenantId, transaction_id: transactionId, payment_method: method, payment_token: token },
      200,
    );
  });
}
