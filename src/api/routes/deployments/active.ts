import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { NotFoundError } from '../../../platform/errors.ts';
import { deploymentStatuses } from '../../../shadow/deployments/deployment.ts';
import { findLive } from '../../../shadow/deployments/find-live.ts';
import { findRuleVersion } from '../../../shadow/rule-versions/find-rule-version.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { ruleIdSchema } from '../rules/rule-config-schema.ts';
import { variantDocuments } from './deployment-document.ts';

const ref = {
  rule_hash: z.string(),
  version: z.int(),
  percentage: z.number(),
  deployment_id: z.string(),
};

const activeSchema = z
  .object({
    rule_id: z.string(),
    tenant_id: z.string(),
    rule_hash: z.string().nullable().describe('Of what was deployed last and is live; null: nothing is.'),
    version: z.int().nullable(),
    percentage: z.number().describe('Of the requests that get it.'),
    deployment_id: z.string().nullable(),
    status: z.enum(deploymentStatuses).nullable(),
    previous: z
      .object(ref)
      .nullable()
      .describe('What gets the other requests during a rollout, and all of them after a rollback.'),
    variants: z
      .array(
        z.object({
          variant_id: z.string(),
          type: z.enum(['baseline', 'canary']),
          rule_hash: z.string().nullable(),
          version: z.int().nullable(),
          percentage: z.number(),
        }),
      )
      .describe('How to split traffic now; what outcomes of a rollout name. Percentages sum up to 100.'),
  })
  .openapi('ActiveRule');

const route = createRoute({
  method: 'get',
  path: '/shadow/rules/{rule_id}/active',
  tags: ['Deployments'],
  summary: 'Which version of a rule is live, and for which percentage of requests?',
  middleware: [requireScope('shadow:read')] as const,
  request: {
    params: z.object({ rule_id: ruleIdSchema }),
    query: z.strictObject({ tenant_id: z.string().optional() }),
  },
  responses: {
    200: {
      description: 'As it is now; with nulls where the rule is known and nothing of it is live.',
      content: { 'application/json': { schema: activeSchema } },
    },
  },
});

export function showActiveRule(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { rule_id } = c.req.valid('param');
    const tenantId = resolveTenant(c.get('key'), c.req.valid('query').tenant_id);
    const { canary, active } = await findLive(deps.pool, tenantId, rule_id);
    const newest = canary ?? active;
    if (newest === null) {
      if ((await findRuleVersion(deps.pool, tenantId, rule_id)) === null) {
        throw new NotFoundError(`tenant "${tenantId}" has no rule "${rule_id}"`);
      }
      return c.json({ rule_id, tenant_id: tenantId, ...nothing }, 200);
    }
    const { replaces, percentage, status, rule, deploymentId } = newest;
    return c.json(
      {
        rule_id,
        tenant_id: tenantId,
        rule_hash: rule.ruleHash,
        version: rule.version,
        percentage,
        deployment_id: deploymentId,
        status,
        previous:
          replaces === null
            ? null
            : {
                rule_hash: replaces.ruleHash,
                version: replaces.version,
                percentage: 100 - percentage,
                deployment_id: replaces.deploymentId,
              },
        variants: variantDocuments(newest),
      },
      200,
    );
  });
}

const nothing = {
  rule_hash: null,
  version: null,
  percentage: 0,
  deployment_id: null,
  status: null,
  previous: null,
  variants: [],
};
