import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { maskText } from '../../../audit/masking/mask-text.ts';
import { createDeploymentMetrics } from '../../../shadow/deployments/publish-deployment-metrics.ts';
import { rollBackDeployment } from '../../../shadow/deployments/roll-back.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { deploymentDetailSchema } from './deployment-schema.ts';
import { detailOf } from './read.ts';
import { deploymentIdParams, requireDeployment } from './require-deployment.ts';

const bodySchema = z
  .strictObject({ reason: z.string().trim().min(1).max(500).optional().describe('Kept in the audit log.') })
  .openapi('RollbackRequest')
  // Some clients name a content type and send nothing.
  .optional();

const route = createRoute({
  method: 'post',
  path: '/shadow/deployments/{deployment_id}/rollback',
  tags: ['Deployments'],
  summary: 'Take a deployment back',
  description:
    'Ends a rollout, or makes what was active before active again; where nothing was, the rule is off. Doing it again ' +
    'changes nothing.',
  middleware: [requireScope('shadow:write')] as const,
  request: {
    params: deploymentIdParams,
    body: { required: false, content: { 'application/json': { schema: bodySchema } } },
  },
  responses: {
    200: {
      description: 'Rolled back.',
      content: { 'application/json': { schema: deploymentDetailSchema } },
    },
    409: {
      description: '`deployment_not_live`, or `deployment_in_progress` while its successor is rolled out.',
    },
  },
});

export function rollBack(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const metrics = createDeploymentMetrics(deps.metrics);
  app.openapi(route, async (c) => {
    const key = c.get('key');
    const deployment = await requireDeployment(deps, key, c.req.valid('param').deployment_id);
    const { reason } = c.req.valid('json') ?? {};
    const rolledBack = await rollBackDeployment(deps, {
      deployment,
      reason: reason === undefined ? 'rolled back by hand' : `rolled back by hand: ${maskText(reason)}`,
      actor: key.keyId,
    });
    await metrics.countUntested(deps.pool);
    return c.json(await detailOf(deps.pool, rolledBack), 200);
  });
}
