import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { uuidV7 } from '../../../platform/uuid-v7.ts';
import { deployRule } from '../../../shadow/deployments/deploy-rule.ts';
import { createDeploymentMetrics } from '../../../shadow/deployments/publish-deployment-metrics.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { assertScope, requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { deploySchema } from './deploy-schema.ts';
import { deploymentDocument } from './deployment-document.ts';
import { deploymentSchema } from './deployment-schema.ts';
import { evidenceOfBody, planOfBody } from './read-deploy.ts';

const route = createRoute({
  method: 'post',
  path: '/shadow/deploy',
  tags: ['Deployments'],
  summary: 'Let a version of a rule live',
  description:
    'On exactly one of: an A/B test that promoted it, a completed evaluation of it, or an administrator’s override. What ' +
    'is missing is said with its numbers in `errors` and `missing` (409 `not_conclusive`). PostgreSQL holds the same ' +
    'conditions as constraints.',
  middleware: [requireScope('shadow:write')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: deploySchema } } } },
  responses: {
    201: {
      description: 'Live, or the first stage of a rollout is.',
      content: { 'application/json': { schema: deploymentSchema } },
    },
    409: { description: '`not_conclusive`, `deployment_in_progress` or `already_active`.' },
  },
});

export function deploy(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const metrics = createDeploymentMetrics(deps.metrics);
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    const key = c.get('key');
    const evidence = evidenceOfBody(body);
    if (evidence.type === 'override') {
      assertScope(key, 'admin');
      c.set('isAdminAction', true);
    }
    const tenantId = resolveTenant(key, body.tenant_id, 'body.tenant_id');
    const deployment = await deployRule(
      { ...deps, newId: uuidV7 },
      {
        tenantId,
        ruleId: body.rule_id,
        ruleHash: body.rule_hash,
        evidence,
        requirements: { samples: body.min_samples, precision: body.min_precision, recall: body.min_recall },
        plan: planOfBody(body),
        actor: key.keyId,
      },
    );
    await metrics.countUntested(deps.pool);
    const document = deploymentDocument(deployment);
    c.header('Location', document.links.self!);
    return c.json(document, 201);
  });
}
