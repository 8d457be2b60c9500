import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { leaseIdOf } from '../../../ledger/leases/lease-id.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { postJson } from '../../post-json.ts';
import { amountSchema } from '../credits/operation-schema.ts';
import { sendAnswer } from '../credits/send-answer.ts';
import { epochSchema, instanceSchema, ownerOf } from './lease-schema.ts';

const bodySchema = z
  .strictObject({
    tenant_id: z.string().optional(),
    instance: instanceSchema,
    epoch: epochSchema,
    request_id: z
      .string()
      .min(1)
      .max(128)
      .describe('Of the request: sent again, it is given the same lease.'),
    want: amountSchema,
    min: amountSchema.describe('Less is of no use.'),
  })
  .refine((body) => body.min <= body.want, { path: ['min'], message: 'is more than want' })
  .openapi('AcquireRequest');

const answerSchema = z
  .object({
    lease_id: z.uuid(),
    amount: amountSchema,
    ttl_ms: z.int().describe('Counted from when the request was sent, less a guard: then spending stops.'),
    refresh_ms: z.int().describe('How long to wait before the next settlement, which renews the lease.'),
    recall: z.boolean().describe('Others need credits: return what is not needed.'),
    available: z.int().describe('What nobody has leased.'),
  })
  .openapi('Lease');

export function acquireLease(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const route = {
    path: '/leases/acquire',
    tags: ['Leases'],
    summary: 'Lease credits to spend locally',
    description:
      'The credits leave the available balance, so that nobody else can spend them. At most a share of half of what is left.',
    scope: 'leases' as const,
    body: bodySchema,
    responses: {
      200: { description: 'Leased.', content: { 'application/json': { schema: answerSchema } } },
      402: { description: 'The tenant has not even `min`, here or leased to others.' },
      404: { description: 'No such tenant.' },
      409: {
        description:
          '`leased_elsewhere`: others hold it and were asked to return it; again after `retry_after_ms`. `stale_epoch`: ' +
          'another incarnation registered. `lease_ended`: the request’s lease ended; ask with a new request_id.',
      },
    },
  };
  postJson(app, route, async (c, body) => {
    const key = c.get('key');
    const tenantId = resolveTenant(key, body.tenant_id, 'body.tenant_id');
    const holder = { owner: ownerOf(key), instance: body.instance, epoch: body.epoch };
    const operation = {
      op: 'acquire',
      tenantId,
      holder,
      leaseId: leaseIdOf(holder, tenantId, body.request_id),
      want: body.want,
      min: body.min,
      ttlMs: deps.config.leaseTtlMs,
    } as const;
    const envelope = { requestId: c.get('requestId'), actor: key.keyId };
    return sendAnswer(c, await deps.ledger.apply({ operation, idempotency: null }, envelope));
  });
}
