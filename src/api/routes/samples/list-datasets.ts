import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { listDatasets } from '../../../shadow/samples/list-datasets.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';

const datasetSchema = z
  .object({
    name: z.string(),
    shared: z
      .boolean()
      .openapi({ description: 'Uploaded without a tenant: every tenant may evaluate on it.' }),
    version: z.int().openapi({ description: 'The number of uploads it is made of.' }),
    samples: z.int(),
    attacks: z.int(),
    benign: z.int(),
    size_bytes: z.int().openapi({ description: 'As stored, compressed.' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Dataset');

const route = createRoute({
  method: 'get',
  path: '/samples/datasets',
  tags: ['Samples'],
  summary: 'List datasets',
  description:
    'The datasets a tenant may evaluate on, by name: its own and the shared ones. The first 1,000.',
  middleware: [requireScope('shadow:read')] as const,
  request: { query: z.strictObject({ tenant_id: z.string().optional() }) },
  responses: {
    200: {
      description: 'The datasets.',
      content: { 'application/json': { schema: z.object({ datasets: z.array(datasetSchema) }) } },
    },
  },
});

export function listSampleDatasets(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const tenantId = resolveTenant(c.get('key'), c.req.valid('query').tenant_id);
    const datasets = await listDatasets(deps.pool, tenantId);
    return c.json(
      {
        datasets: datasets.map(({ sizeBytes, createdAt, updatedAt, ...rest }) => ({
          ...rest,
          size_bytes: sizeBytes,
          created_at: createdAt.toISOString(),
          updated_at: updatedAt.toISOString(),
        })),
      },
      200,
    );
  });
}
