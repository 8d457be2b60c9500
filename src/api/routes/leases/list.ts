import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { listLeases } from '../../../ledger/leases/list-leases.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { leaseStates } from './lease-schema.ts';

const limitDefault = 100;
const limitMax = 1_000;

const querySchema = z.strictObject({
  tenant_id: z.string().optional().describe('Default: every tenant the key may see.'),
  state: z.enum(leaseStates).optional(),
  limit: z.coerce.number().int().min(1).max(limitMax).optional(),
});

const answerSchema = z
  .object({
    leases: z.array(
      z.object({
        lease_id: z.uuid(),
        tenant_id: z.string(),
        instance: z.string(),
        epoch: z.int(),
        amount: z.int(),
        settled: z.int(),
        returned: z.int(),
        state: z.enum(leaseStates),
        recalled: z.boolean(),
        created_at: z.iso.datetime(),
        expires_at: z.iso.datetime(),
        ended_at: z.iso.datetime().nullable(),
      }),
    ),
  })
  .openapi('Leases');

const route = createRoute({
  method: 'get',
  path: '/leases',
  tags: ['Leases'],
  summary: 'List leases',
  description: 'The newest first.',
  middleware: [requireScope('leases')] as const,
  request: { query: querySchema },
  responses: { 200: { description: 'Leases.', content: { 'application/json': { schema: answerSchema } } } },
});

export function listSidecarLeases(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { tenant_id: asked, state = null, limit = limitDefault } = c.req.valid('query');
    const key = c.get('key');
    const tenantId = asked === undefined ? key.tenantId : resolveTenant(key, asked);
    const leases = await listLeases(deps.pool, { tenantId, state, limit });
    const shown = leases.map(({ owner: _, created_at, expires_at, ended_at, ...lease }) => ({
      ...lease,
      created_at: created_at.toISOString(),
      expires_at: expires_at.toISOString(),
      ended_at: ended_at?.toISOString() ?? null,
    }));
    return c.json({ leases: shown }, 200);
  });
}
