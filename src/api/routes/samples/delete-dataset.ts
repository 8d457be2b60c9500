import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { NotFoundError } from '../../../platform/errors.ts';
import { deleteDataset } from '../../../shadow/samples/delete-dataset.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { datasetOwner } from './dataset-owner.ts';

const route = createRoute({
  method: 'delete',
  path: '/samples/datasets/{name}',
  tags: ['Samples'],
  summary: 'Delete a dataset',
  description:
    'Deletes the samples; results of evaluations on them stay. Means the dataset that an upload with the same key ' +
    'and `tenant_id` would add to, so a shared dataset is deleted by a key without a tenant.',
  middleware: [requireScope('shadow:write')] as const,
  request: {
    params: z.object({ name: z.string() }),
    query: z.strictObject({ tenant_id: z.string().optional() }),
  },
  responses: {
    200: {
      description: 'Deleted.',
      content: {
        'application/json': {
          schema: z.object({ dataset: z.string(), deleted: z.literal(true), samples: z.int() }),
        },
      },
    },
  },
});

export function deleteSampleDataset(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { name } = c.req.valid('param');
    const owner = datasetOwner(c.get('key'), c.req.valid('query').tenant_id);
    const samples = await deleteDataset(deps.pool, owner, name);
    if (samples === null) {
      throw new NotFoundError(
        `there is no dataset ${JSON.stringify(name.slice(0, 130))} that this request may delete; GET /samples/datasets ` +
          'lists them, and a shared one is deleted by a key without a tenant',
      );
    }
    c.get('log').info({ dataset: name, samples }, 'dataset deleted');
    return c.json({ dataset: name, deleted: true as const, samples }, 200);
  });
}
