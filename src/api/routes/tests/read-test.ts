import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { findState } from '../../../shadow/tests/lock-test.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { requireTest, testIdParams } from './require-test.ts';
import { testDocument } from './test-document.ts';
import { testSchema } from './test-schema.ts';

const route = createRoute({
  method: 'get',
  path: '/shadow/tests/{test_id}',
  tags: ['Tests'],
  summary: 'Read an A/B test: its numbers as they are now, the decision of its last look',
  middleware: [requireScope('shadow:read')] as const,
  request: { params: testIdParams },
  responses: {
    200: { description: 'As it stands.', content: { 'application/json': { schema: testSchema } } },
  },
});

export function readAbTest(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const test = await requireTest(deps, c.get('key'), c.req.valid('param').test_id);
    return c.json(testDocument(test, await findState(deps.pool, test.testId)), 200);
  });
}
