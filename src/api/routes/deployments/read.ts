import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Pool } from 'pg';
import { decideCanary } from '../../../shadow/canaries/decide-canary.ts';
import { findCanaryState } from '../../../shadow/deployments/canary-state-row.ts';
import type { Deployment } from '../../../shadow/deployments/deployment.ts';
import { type DeploymentEvent, listEvents } from '../../../shadow/deployments/list-events.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { deploymentDetail, type HealthNow } from './deployment-document.ts';
import { deploymentDetailSchema } from './deployment-schema.ts';
import { deploymentIdParams, requireDeployment } from './require-deployment.ts';

const route = createRoute({
  method: 'get',
  path: '/shadow/deployments/{deployment_id}',
  tags: ['Deployments'],
  summary: 'Read a deployment: its stage, its health as it is now, what happened to it',
  middleware: [requireScope('shadow:read')] as const,
  request: { params: deploymentIdParams },
  responses: {
    200: {
      description: 'As it stands.',
      content: { 'application/json': { schema: deploymentDetailSchema } },
    },
  },
});

export function readDeployment(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const deployment = await requireDeployment(deps, c.get('key'), c.req.valid('param').deployment_id);
    return c.json(await detailOf(deps.pool, deployment), 200);
  });
}

/** With its health and history. */
export async function detailOf(pool: Pool, deployment: Deployment) {
  const events = await listEvents(pool, deployment.deploymentId);
  return deploymentDetail(deployment, await healthOf(pool, deployment, events), events);
}

/** Of a rollout as it is now; of one that is over as its last decision saw it; null: it never was one. */
async function healthOf(
  pool: Pool,
  { deploymentId, status, plan, secondsInStage }: Deployment,
  events: readonly DeploymentEvent[],
): Promise<HealthNow | null> {
  if (status === 'canary') {
    const state = await findCanaryState(pool, deploymentId);
    return decideCanary(state!, plan!, secondsInStage);
  }
  const last = events.findLast(({ health }) => health !== null);
  return last === undefined ? null : { decision: null, reason: last.reason, health: last.health! };
}
