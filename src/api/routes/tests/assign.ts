import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { createPseudonym } from '../../../audit/vault/pseudonym.ts';
import { assignUnit } from '../../../shadow/tests/assign-unit.ts';
import { armTypes } from '../../../shadow/tests/test-plan.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { requireRecentTest, testIdParams } from './require-test.ts';
import { callersId } from './test-schema.ts';

const assignmentSchema = z
  .object({
    assignment_id: z.string(),
    variant_id: z.string(),
    name: z.string(),
    type: z.enum(armTypes),
    probability: z.number().describe('With which the unit was drawn for this variant.'),
  })
  .openapi('Assignment');

const route = createRoute({
  method: 'get',
  path: '/shadow/tests/{test_id}/assign',
  tags: ['Tests'],
  summary: 'Which variant is a unit to get?',
  description:
    'The same unit always gets the same variant. After the end of a test it is the one the test ended with.',
  middleware: [requireScope('shadow:read')] as const,
  request: {
    params: testIdParams,
    query: z.strictObject({
      unit: callersId.describe('Who or what is assigned: a user, a session, a request.'),
    }),
  },
  responses: {
    200: { description: 'The assignment.', content: { 'application/json': { schema: assignmentSchema } } },
  },
});

export function assignAbTest(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const pseudonym = createPseudonym(deps.config.fingerprintKey);
  app.openapi(route, async (c) => {
    const test = await requireRecentTest(deps, c.get('key'), c.req.valid('param').test_id);
    const unit = pseudonym(c.req.valid('query').unit);
    const { assignmentId, arm, probability } = await assignUnit(deps.pool, test, unit);
    const { variantId, name } = test.variants[arm];
    return c.json(
      { assignment_id: assignmentId, variant_id: variantId, name, type: armTypes[arm], probability },
      200,
    );
  });
}
