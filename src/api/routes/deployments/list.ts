import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { listDeployments } from '../../../shadow/deployments/find-deployments.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { ruleIdSchema } from '../rules/rule-config-schema.ts';
import { deploymentDocument } from './deployment-document.ts';
import { deploymentSchema } from './deployment-schema.ts';

/** A page of 200 is some 300 kB. */
const limitMax = 200;

const querySchema = z.strictObject({
  tenant_id: z.string().optional(),
  rule_id: ruleIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(limitMax).default(50),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before, with the same other parameters.'),
});

const route = createRoute({
  method: 'get',
  path: '/shadow/deployments',
  tags: ['Deployments'],
  summary: 'List deployments',
  description:
    'Newest first. Following the cursor neither repeats nor skips any, whatever is deployed meanwhile.',
  middleware: [requireScope('shadow:read')] as const,
  request: { query: querySchema },
  responses: {
    200: {
      description: 'A page.',
      content: {
        'application/json': {
          schema: z
            .object({
              deployments: z.array(deploymentSchema),
              next_cursor: z.string().nullable().describe('null: this was the last page.'),
            })
            .openapi('Deployments'),
        },
      },
    },
  },
});

export function listShadowDeployments(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { tenant_id, rule_id, limit, cursor } = c.req.valid('query');
    const tenantId = resolveTenant(c.get('key'), tenant_id);
    const page = { tenantId, ruleId: rule_id ?? null, before: cursor ?? null };
    // One more than asked for says whether there is a next page.
    const found = await listDeployments(deps.pool, { ...page, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const next = found.length > limit ? shown.at(-1)!.deploymentId : null;
    return c.json({ deployments: shown.map(deploymentDocument), next_cursor: next }, 200);
  });
}
