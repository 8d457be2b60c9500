import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { register } from '../../../ledger/leases/register.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { postJson } from '../../post-json.ts';
import { epochSchema, instanceSchema, leaseStates, markSchema, ownerOf } from './lease-schema.ts';

/** A sidecar serves the tenants of a pod; a journal has a slot for each of their leases. */
const journalMax = 10_000;

const bodySchema = z
  .strictObject({
    instance: instanceSchema,
    incarnation: markSchema.describe('Of the process: another one fences the one before.'),
    boot_id: markSchema.describe('Of the kernel. A journal written under another is not trusted.'),
    journal: z
      .array(z.strictObject({ lease_id: z.uuid(), watermark: z.int().min(0).max(Number.MAX_SAFE_INTEGER) }))
      .max(journalMax)
      .optional()
      .describe('How far each lease of the former incarnation may have been spent.'),
  })
  .openapi('RegisterRequest');

const answerSchema = z
  .object({
    epoch: epochSchema,
    leases: z
      .array(
        z.object({
          lease_id: z.uuid(),
          tenant_id: z.string(),
          amount: z.int(),
          settled: z.int(),
          state: z.enum(leaseStates),
          epoch: epochSchema,
          ttl_ms: z.int(),
        }),
      )
      .describe(
        'Leases of the former incarnation. Those that are `active` go on, at the new epoch; no other may be spent.',
      ),
  })
  .openapi('Registered');

export function registerSidecar(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const route = {
    path: '/leases/register',
    tags: ['Leases'],
    summary: 'Start an incarnation of a sidecar',
    description: 'Fences the incarnation before. Registering the same one again answers the same epoch.',
    scope: 'leases' as const,
    body: bodySchema,
    responses: {
      200: { description: 'Registered.', content: { 'application/json': { schema: answerSchema } } },
      409: { description: '`stale_epoch`: the incarnation was overtaken by another. Take a new name.' },
    },
  };
  postJson(app, route, async (c, body) => {
    const key = c.get('key');
    const registration = {
      owner: ownerOf(key),
      instance: body.instance,
      incarnation: body.incarnation,
      bootId: body.boot_id,
      journal: new Map(body.journal?.map((slot) => [slot.lease_id.toLowerCase(), slot.watermark])),
      ttlMs: deps.config.leaseTtlMs,
    };
    return c.json(
      await register(deps, registration, { requestId: c.get('requestId'), actor: key.keyId }),
      200,
    );
  });
}
