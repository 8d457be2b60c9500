import { z } from '@hono/zod-openapi';
import { NotFoundError } from '../../../platform/errors.ts';
import type { Deployment } from '../../../shadow/deployments/deployment.ts';
import { findDeployment } from '../../../shadow/deployments/find-deployments.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';

export const deploymentIdParams = z.object({ deployment_id: z.string().openapi({ format: 'uuid' }) });

export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @throws NotFoundError also for another tenant's deployment, and for an id that is no UUID. */
export async function requireDeployment(
  deps: Pick<ApiDeps, 'pool'>,
  key: AppEnv['Variables']['key'],
  deploymentId: string,
): Promise<Deployment> {
  const known = uuidPattern.test(deploymentId);
  const deployment = known ? await findDeployment(deps.pool, deploymentId, key.tenantId) : null;
  if (deployment !== null) return deployment;
  throw new NotFoundError(
    `no deployment "${deploymentId}"; use the deployment_id that POST /shadow/deploy answered`,
  );
}
