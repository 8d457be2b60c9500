import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { uuidV7 } from '../../../platform/uuid-v7.ts';
import { createTest } from '../../../shadow/tests/create-test.ts';
import { resolveVariant } from '../../../shadow/tests/resolve-variant.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { planOfBody, sharesOf } from './plan-of-body.ts';
import { createTestSchema, type GivenVariantBody } from './test-schema.ts';

const createdSchema = z
  .object({
    test_id: z.string(),
    status: z.enum(['draft', 'running']),
    links: z.record(z.string(), z.string()),
  })
  .openapi('AbTestCreated');

const route = createRoute({
  method: 'post',
  path: '/shadow/tests',
  tags: ['Tests'],
  summary: 'Create an A/B test of a challenger against a champion',
  description:
    'Its time starts with the first assignment or observation. It may be looked at as often as one likes: promotion ' +
    'needs an anytime-valid e-value of 1/alpha besides the Bayesian conditions.',
  middleware: [requireScope('shadow:write')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: createTestSchema } } } },
  responses: {
    201: { description: 'Created.', content: { 'application/json': { schema: createdSchema } } },
  },
});

export const testLinksOf = (testId: string) => ({
  self: `/shadow/tests/${testId}`,
  assign: `/shadow/tests/${testId}/assign`,
  observations: `/shadow/tests/${testId}/observations`,
  evaluate: `/shadow/tests/${testId}/evaluate`,
  conclude: `/shadow/tests/${testId}/conclude`,
});

export function createAbTest(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { name, tenant_id, champion, challenger, ...planBody } = c.req.valid('json');
    const tenantId = resolveTenant(c.get('key'), tenant_id, 'body.tenant_id');
    const shares = sharesOf(
      champion.traffic_percentage,
      challenger.traffic_percentage,
      'body.challenger.traffic_percentage',
    );
    const variant = (role: 'champion' | 'challenger', given: GivenVariantBody) =>
      resolveVariant(
        deps.pool,
        tenantId,
        { name: given.name ?? given.rule_id ?? role, ruleId: given.rule_id, ruleHash: given.rule_hash },
        `body.${role}`,
      );
    const { testId, status } = await createTest(deps.judgePool, uuidV7, {
      tenantId,
      name,
      plan: planOfBody(planBody, shares),
      variants: [await variant('champion', champion), await variant('challenger', challenger)],
      startNow: false,
    });
    const links = testLinksOf(testId);
    c.header('Location', links.self);
    return c.json({ test_id: testId, status: status as 'draft', links }, 201);
  });
}
